package org.joulemark.reports.study;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The study's published tables, from {@code study.json}. Strategies are the study's words: {@code
 * fp32} is its baseline.
 *
 * @param source of the numbers
 * @param mmluDevice what its MMLU table was measured on
 * @param mmlu accuracy, energy and EOR of MMLU
 * @param tasks energy of the five tasks
 * @param tasksModel whose they are
 * @param platforms its GPUs
 * @param recommendations what it recommends where
 * @param claims what it concludes
 */
public record Study(
    @JsonProperty(required = true) String source,
    @JsonProperty(required = true) String mmluDevice,
    @JsonProperty(required = true) List<MmluRow> mmlu,
    @JsonProperty(required = true) List<TaskRow> tasks,
    @JsonProperty(required = true) String tasksModel,
    @JsonProperty(required = true) List<Platform> platforms,
    @JsonProperty(required = true) List<Recommendation> recommendations,
    @JsonProperty(required = true) List<Claim> claims) {

  /** The study's word for symmetric, asymmetric and trained INT8 together. */
  static final String INT8 = "int8";

  /** The study's baseline. */
  static final String FP32 = "fp32";

  /** Copies. */
  public Study {
    mmlu = List.copyOf(mmlu);
    tasks = List.copyOf(tasks);
    platforms = List.copyOf(platforms);
    recommendations = List.copyOf(recommendations);
    claims = List.copyOf(claims);
  }

  /**
   * MMLU in one way.
   *
   * @param model whose
   * @param strategy how it was carried out
   * @param accuracyPercent its score
   * @param wattHours of the whole task
   * @param savingPercent against FP32, null for FP32 itself
   * @param eor score fraction / Wh
   */
  public record MmluRow(
      @JsonProperty(required = true) String model,
      @JsonProperty(required = true) String strategy,
      @JsonProperty(required = true) double accuracyPercent,
      @JsonProperty(required = true) double wattHours,
      @Nullable Double savingPercent,
      @JsonProperty(required = true) double eor) {}

  /**
   * Energy of one task.
   *
   * @param task its id
   * @param fp32WattHours in FP32
   * @param int8WattHours in INT8
   * @param fp16WattHours in FP16
   */
  public record TaskRow(
      @JsonProperty(required = true) String task,
      @JsonProperty(required = true) double fp32WattHours,
      @JsonProperty(required = true) double int8WattHours,
      @JsonProperty(required = true) double fp16WattHours) {}

  /**
   * A GPU of the study.
   *
   * @param name as the study writes it
   * @param architecture NVIDIA's name of it
   * @param memoryGigabytes memory
   * @param watts power limit
   */
  public record Platform(
      @JsonProperty(required = true) String name,
      @JsonProperty(required = true) String architecture,
      @JsonProperty(required = true) int memoryGigabytes,
      @JsonProperty(required = true) int watts) {}

  /**
   * A recommendation.
   *
   * @param place where it is meant for
   * @param platform the GPU
   * @param strategy how to carry a model out there
   * @param accuracyPercentOfBaseline what is left of the accuracy
   * @param efficiencyGainPercent what is gained in efficiency
   */
  public record Recommendation(
      @JsonProperty(required = true) String place,
      @JsonProperty(required = true) String platform,
      @JsonProperty(required = true) String strategy,
      @JsonProperty(required = true) double accuracyPercentOfBaseline,
      @JsonProperty(required = true) double efficiencyGainPercent) {}

  /** The tables that come with the suite. */
  public static Study published() {
    try (InputStream in = Study.class.getResourceAsStream("study.json")) {
      if (in == null) {
        throw new IllegalStateException("study.json is missing from this jar");
      }
      return new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .readValue(in, Study.class);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read study.json", e);
    }
  }

  /**
   * What the study gives for a whole task, in Wh.
   *
   * @param strategy this suite's name of it, without options
   */
  public OptionalDouble wattHours(String task, String model, String strategy) {
    String word = strategy.startsWith(INT8 + "-") ? INT8 : strategy;
    if (task.equals("mmlu")) {
      return mmlu.stream()
          .filter(row -> row.model().equals(model) && row.strategy().equals(word))
          .mapToDouble(MmluRow::wattHours)
          .findFirst();
    }
    if (!model.equals(tasksModel)) {
      return OptionalDouble.empty();
    }
    for (TaskRow row : tasks) {
      if (row.task().equals(task)) {
        return switch (word) {
          case FP32 -> OptionalDouble.of(row.fp32WattHours());
          case INT8 -> OptionalDouble.of(row.int8WattHours());
          case "fp16" -> OptionalDouble.of(row.fp16WattHours());
          default -> OptionalDouble.empty();
        };
      }
    }
    return OptionalDouble.empty();
  }
}
