package org.joulemark.kernels.engine;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.definition.WeightRows;

/** An opened device with the libraries that run on it. Used from one thread. */
public interface Engine extends AutoCloseable {

  /** {@code cpu} or {@code cuda}. */
  String name();

  /** What draws the energy: {@code cpu}, or {@code cuda:} and the GPU's UUID as NVML writes it. */
  String energyDomain();

  /**
   * What this engine is, in stable dotted keys for the environment sidecar: {@code device.name},
   * {@code device.uuid}, {@code library.onednn}, …
   */
  Map<String, String> facts();

  /** GEMM libraries that this engine offers, the default first. */
  List<String> libraries();

  /**
   * Prepares one GEMM: encodes the operands into the problem's formats, moves them to the device,
   * picks the algorithm.
   *
   * @throws UnsupportedWorkException if this hardware or library cannot do it
   * @throws EngineException if a native call fails
   */
  GemmWork gemm(GemmProblem problem, OperandSource operands, GemmOptions options);

  /**
   * Prepares one pass of one decoder layer: encodes weights and input into the problem's formats,
   * moves them to the device, fills the cache of a decode.
   *
   * @param source the layer's weights under the names of {@link
   *     org.joulemark.kernels.model.LayerTensors#alone}, and the problem's input and cache
   * @throws UnsupportedWorkException if this engine, hardware or library cannot do it, or it does
   *     not fit into memory
   * @throws EngineException if a native call fails
   */
  LayerWork layer(LayerProblem problem, TensorSource source, LayerOptions options);

  /**
   * Prepares one linear part of a layer by itself: encodes its weight and input into the problem's
   * formats and moves them to the device. The options' attention plays no part.
   *
   * @param source the layer's weights under the names of {@link
   *     org.joulemark.kernels.model.LayerTensors#alone}, and the problem's input
   * @throws UnsupportedWorkException if this engine, hardware or library cannot do it, or it does
   *     not fit into memory
   * @throws EngineException if a native call fails
   */
  default LinearWork linear(LinearProblem problem, TensorSource source, LayerOptions options) {
    throw new UnsupportedWorkException("The " + name() + " engine carries out no linear parts.");
  }

  /**
   * Prepares a whole model.
   *
   * @param source the weights under the names of {@link
   *     org.joulemark.kernels.model.ModelTensors#of}
   * @throws UnsupportedWorkException if this engine, hardware or library cannot do it, or it does
   *     not fit into memory
   * @throws EngineException if a native call fails
   */
  ModelSession model(ModelProblem problem, TensorSource source, LayerOptions options);

  /**
   * Prepares one linear part whose scales are to be trained.
   *
   * @param tokens the most rows of X in a call
   * @throws UnsupportedWorkException if this engine, hardware or library cannot do it, or it does
   *     not fit into memory
   * @throws EngineException if a native call fails
   */
  TrainableLinear trainable(WeightRows weights, int tokens);

  /** Frees the device. Works that are still open are closed first by their owners. */
  @Override
  void close();
}
