package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * The weight of one linear part of a layer as a model's tensors hold it, in the order in which
 * engines keep its rows: blocks of rows that lie together in a tensor, one after the other. Safe
 * for concurrent use.
 */
final class PartRows implements WeightRows {

  /**
   * Rows that lie together in a tensor.
   *
   * @param at the part's row that is the block's first
   * @param affine where they lie
   * @param from the tensor's row that is the block's first
   * @param count rows
   */
  record Block(int at, Affine affine, int from, int count) {}

  private final TensorSource source;
  private final List<Block> blocks;
  private final int rows;

  private PartRows(TensorSource source, List<Block> blocks) {
    this.source = source;
    this.blocks = List.copyOf(blocks);
    Block last = blocks.get(blocks.size() - 1);
    this.rows = last.at + last.count;
  }

  /** The rows of a part. */
  static PartRows of(LinearPart part, ModelShape shape, LayerTensors tensors, TensorSource source) {
    List<Block> blocks = new ArrayList<>();
    switch (part) {
      case QKV -> {
        if (tensors.attentionInputs().size() == 3) {
          tensors.attentionInputs().forEach(affine -> append(blocks, affine));
        } else {
          appendInterleaved(blocks, tensors.attentionInputs().get(0), shape);
        }
      }
      case OUTPUT -> append(blocks, tensors.attentionOutput());
      case FEED_FORWARD_IN -> tensors.feedForwardInputs().forEach(affine -> append(blocks, affine));
      case DOWN -> append(blocks, tensors.feedForwardOutput());
    }
    return new PartRows(source, blocks);
  }

  private static void append(List<Block> blocks, Affine affine) {
    blocks.add(new Block(end(blocks), affine, 0, affine.weight().rows()));
  }

  /** BLOOM's rows lie as [heads, 3, headSize]. */
  private static void appendInterleaved(List<Block> blocks, Affine fused, ModelShape shape) {
    int d = shape.headSize();
    for (int which = 0; which < 3; which++) {
      for (int head = 0; head < shape.heads(); head++) {
        blocks.add(new Block(end(blocks), fused, (head * 3 + which) * d, d));
      }
    }
  }

  private static int end(List<Block> blocks) {
    if (blocks.isEmpty()) {
      return 0;
    }
    Block last = blocks.get(blocks.size() - 1);
    return last.at + last.count;
  }

  /** The blocks, in order. */
  List<Block> blocks() {
    return blocks;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return blocks.get(0).affine.weight().columns();
  }

  @Override
  public void row(int row, float[] into) {
    Block block = blockOf(row);
    source.row(block.affine.weight(), block.from + row - block.at, into);
  }

  @Override
  public Optional<Int4Groups> codes(int row, int group) {
    Block block = blockOf(row);
    return source.codes(block.affine.weight(), block.from + row - block.at, group);
  }

  private Block blockOf(int row) {
    for (Block block : blocks) {
      if (row < block.at + block.count) {
        return block;
      }
    }
    throw new IllegalArgumentException("row " + row + " of " + rows);
  }
}
