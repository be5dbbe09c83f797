package org.joulemark.benchmarks.work;

import java.util.function.IntFunction;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the model of one trial for the next one of the same process, as long as each asks for the
 * same: drawing, quantizing and verifying the weights of a large model takes longer than most
 * measurements of it. It is freed as soon as an engine is opened for anything else, and at the end;
 * so one model is open at a time.
 *
 * <p>JMH makes a new state for each configuration and gives two of them no common object, so the
 * place is static. It exists from {@link #begin} to {@link #close}; without it, as in a fork, every
 * trial opens its own model and frees it.
 *
 * <p>JMH does not tear down a trial that failed. A model that was not given back is not kept: who
 * runs the trials frees it then ({@link #freeKept}), or at the latest the next one that asks.
 */
public final class KeptModel implements AutoCloseable {
  private static @Nullable KeptModel place;

  private final int capacity;
  private @Nullable Use last;

  private KeptModel(int capacity) {
    this.capacity = capacity;
  }

  /**
   * From now on keeps models.
   *
   * @param capacity positions that each model is given room for at least, so that the ones that ask
   *     for fewer first need not be opened again for those that ask for more
   * @throws IllegalStateException if somebody keeps models already
   */
  public static synchronized KeptModel begin(int capacity) {
    if (place != null) {
      throw new IllegalStateException("models are being kept already");
    }
    KeptModel begun = new KeptModel(capacity);
    place = begun;
    return begun;
  }

  /**
   * The model asked for: the one kept, if it is that and has room enough, or a new one. Notes which
   * of the two it is, and what its opening noted.
   *
   * @param positions that it needs room for
   * @param open opens and verifies one with room for at least that many positions; tried again with
   *     no more than that where the room that all are to share does not fit
   */
  public static synchronized Use take(
      ModelRequest request, int positions, IntFunction<VerifiedModel> open) {
    KeptModel here = place;
    Use taken = here == null ? null : here.kept(request, positions);
    String session = "kept from the configuration before";
    if (taken == null) {
      freeKept();
      taken = new Use(request, open(positions, here == null ? 0 : here.capacity, open));
      session = "opened for this configuration";
      if (here != null) {
        here.last = taken;
      }
    }
    taken.inUse = true;
    WorkWindow.note("session", session);
    WorkWindow.note("session.capacity", taken.model.problem().capacity() + " positions");
    taken.model.notes().forEach(WorkWindow::note);
    return taken;
  }

  /**
   * With the room that others will ask for, or where that does not fit, with what is needed now.
   */
  private static VerifiedModel open(int positions, int shared, IntFunction<VerifiedModel> open) {
    if (shared <= positions) {
      return open.apply(positions);
    }
    try {
      return open.apply(shared);
    } catch (UnsupportedWorkException tooMuch) {
      WorkWindow.note(
          "session.shared", "not for " + shared + " positions: " + tooMuch.getMessage());
      return open.apply(positions);
    }
  }

  private @Nullable Use kept(ModelRequest request, int positions) {
    Use known = last;
    return known != null
            && !known.inUse
            && known.request.equals(request)
            && known.model.problem().capacity() >= positions
        ? known
        : null;
  }

  /** Frees what is kept, or what a failed trial left: its device is wanted for something else. */
  public static synchronized void freeKept() {
    KeptModel here = place;
    if (here != null && here.last != null) {
      Use left = here.last;
      here.last = null;
      left.free();
    }
  }

  private static synchronized void end(Use use, boolean well) {
    KeptModel here = place;
    boolean ours = here != null && here.last == use;
    if (ours && well) {
      use.closeWork();
      use.inUse = false;
      return;
    }
    if (here != null && ours) {
      here.last = null;
    }
    use.free();
  }

  /** Frees what is kept and keeps nothing any more. */
  @Override
  public void close() {
    stop();
  }

  private static synchronized void stop() {
    try {
      freeKept();
    } finally {
      place = null;
    }
  }

  /** A trial's use of a model. */
  public static final class Use {
    private final ModelRequest request;
    private final VerifiedModel model;
    private @Nullable Work work;
    private boolean inUse;

    private Use(ModelRequest request, VerifiedModel model) {
      this.request = request;
      this.model = model;
    }

    /** The model. */
    public VerifiedModel model() {
      return model;
    }

    /** The trial's work on the model, to be closed before it. */
    public void runs(Work prepared) {
      work = prepared;
    }

    /** Closes the work and gives the model back, to be kept or freed. */
    public void giveBack() {
      KeptModel.end(this, true);
    }

    /** Frees work and model: the trial has failed. */
    public void abandon() {
      KeptModel.end(this, false);
    }

    private void closeWork() {
      Work prepared = work;
      work = null;
      if (prepared != null) {
        prepared.close();
      }
    }

    private void free() {
      try {
        closeWork();
      } finally {
        model.close();
      }
    }
  }
}
