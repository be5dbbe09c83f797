package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.javacpp.Loader;

/** The arguments of one primitive, laid out once so that executing it makes nothing. */
final class DnnlArguments {
  private final dnnl_exec_arg_t pointer;
  private final int count;

  private DnnlArguments(dnnl_exec_arg_t pointer, int count) {
    this.pointer = pointer;
    this.count = count;
  }

  /** First of {@link #count()} arguments. */
  dnnl_exec_arg_t pointer() {
    return pointer;
  }

  /** How many. */
  int count() {
    return count;
  }

  /** Collects arguments. */
  static final class Builder {
    private final List<Integer> ids = new ArrayList<>();
    private final List<dnnl_memory> memories = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param id one of the {@code DNNL_ARG_} numbers
     */
    Builder add(int id, dnnl_memory memory) {
      ids.add(id);
      memories.add(memory);
      return this;
    }

    /** The same arguments, to go on with separately. */
    Builder copy() {
      Builder copy = new Builder();
      copy.ids.addAll(ids);
      copy.memories.addAll(memories);
      return copy;
    }

    /** Lays them out in memory that the scope owns. */
    DnnlArguments in(NativeScope scope) {
      long size = Loader.sizeof(dnnl_exec_arg_t.class);
      dnnl_exec_arg_t pointer = new dnnl_exec_arg_t(scope.allocate(size * ids.size()).pointer());
      for (int i = 0; i < ids.size(); i++) {
        pointer.position(i).arg(ids.get(i));
        pointer.position(i).memory(memories.get(i));
      }
      return new DnnlArguments(pointer.position(0), ids.size());
    }
  }
}
