package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.jmh.ForkNotes;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is opened and closed, in order, by trials that follow one another. */
class KeptModelTest {
  private static final ModelShape SHAPE = ModelCatalogue.standard().get("qwen2.5-7b");
  private static final ModelRequest FP16 = request("fp16");
  private static final ModelRequest INT8 = request("int8-sym");

  private final List<String> events = new ArrayList<>();

  @TempDir Path folder;

  @AfterEach
  void forgetNotes() {
    System.clearProperty(ForkNotes.PROPERTY);
  }

  private static ModelRequest request(String strategy) {
    return new ModelRequest(
        "cpu", "0", "0", "m", "none", strategy, "none", "1", "l", "a", "own", "direct", "1");
  }

  private KeptModel.Use take(ModelRequest request, int positions) {
    KeptModel.Use use =
        KeptModel.take(
            request,
            positions,
            room -> {
              events.add("open " + request.strategy() + " " + room);
              return model(request.strategy(), room);
            });
    use.runs(closing(Work.class, "work"));
    return use;
  }

  @Test
  void theRoomThatAllShareIsGivenUpWhereItDoesNotFit() {
    try (KeptModel kept = KeptModel.begin(4096)) {
      KeptModel.Use use =
          KeptModel.take(
              FP16,
              100,
              room -> {
                events.add("open " + room);
                if (room > 1000) {
                  throw new UnsupportedWorkException("needs 30.5 GB, 24 GB free");
                }
                return model("fp16", room);
              });
      use.giveBack();
      assertThat(events).containsExactly("open 4096", "open 100");
      assertThat(kept).isNotNull();
    }
  }

  private VerifiedModel model(String name, int room) {
    EngineSession engine =
        new EngineSession(
            EngineCatalogue.installed().choose("cpu").provider(), closing(Engine.class, "engine"));
    ModelProblem problem =
        new ModelProblem(SHAPE, Strategy.plain(Precision.FP16), List.of(), 1, room);
    return new VerifiedModel(
        engine,
        closing(ModelSession.class, name),
        problem,
        0.9,
        Map.of("verified.layers", "1 of 2"));
  }

  private <T> T closing(Class<T> type, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              events.add(method.getName() + " " + name);
              return null;
            }));
  }

  @Test
  void withoutAPlaceEachTrialOpensItsOwnAndFreesIt() {
    take(FP16, 10).giveBack();
    take(FP16, 10).giveBack();
    assertThat(events)
        .containsExactly(
            "open fp16 10",
            "close work",
            "close fp16",
            "close engine",
            "open fp16 10",
            "close work",
            "close fp16",
            "close engine");
  }

  @Test
  void oneModelIsOpenedForAllTrialsThatAskForItAndFreedForTheNext() {
    try (KeptModel kept = KeptModel.begin(0)) {
      assertThat(kept).isNotNull();
      KeptModel.Use first = take(FP16, 30);
      first.giveBack();
      KeptModel.Use second = take(FP16, 20);
      assertThat(second.model()).isSameAs(first.model());
      second.giveBack();
      assertThat(events).containsExactly("open fp16 30", "close work", "close work");
      events.clear();
      take(INT8, 20).giveBack();
      assertThat(events)
          .containsExactly("close fp16", "close engine", "open int8-sym 20", "close work");
      events.clear();
    }
    assertThat(events).containsExactly("close int8-sym", "close engine");
  }

  @Test
  void thereIsRoomForTheLongestOfTheRunFromTheBeginning() {
    try (KeptModel kept = KeptModel.begin(100)) {
      assertThat(kept).isNotNull();
      take(FP16, 30).giveBack();
      take(FP16, 100).giveBack();
      // Nobody had announced this one.
      take(FP16, 101).giveBack();
      assertThat(events)
          .containsExactly(
              "open fp16 100",
              "close work",
              "close work",
              "close fp16",
              "close engine",
              "open fp16 101",
              "close work");
    }
  }

  @Test
  void whatATrialLeftBehindIsFreedAndNotKept() {
    try (KeptModel kept = KeptModel.begin(0)) {
      assertThat(kept).isNotNull();
      // JMH does not tear down a trial whose iteration failed.
      take(FP16, 30);
      take(FP16, 30).abandon();
      assertThat(events)
          .containsExactly(
              "open fp16 30",
              "close work",
              "close fp16",
              "close engine",
              "open fp16 30",
              "close work",
              "close fp16",
              "close engine");
      events.clear();
      take(FP16, 30);
    }
    assertThat(events).endsWith("close work", "close fp16", "close engine");
  }

  @Test
  void aModelThatCannotBeOpenedLeavesNothing() {
    try (KeptModel kept = KeptModel.begin(0)) {
      assertThat(kept).isNotNull();
      take(FP16, 30).giveBack();
      assertThatThrownBy(
              () ->
                  KeptModel.take(
                      INT8,
                      30,
                      room -> {
                        throw new IllegalStateException("no memory");
                      }))
          .hasMessage("no memory");
      assertThat(events)
          .containsExactly("open fp16 30", "close work", "close fp16", "close engine");
      take(INT8, 30).giveBack();
      assertThat(events).contains("open int8-sym 30");
    }
  }

  @Test
  void anEngineThatIsOpenedForSomethingElseHasTheDeviceForItself() {
    try (KeptModel kept = KeptModel.begin(0)) {
      assertThat(kept).isNotNull();
      take(FP16, 30).giveBack();
      EngineSession.open("cpu", "0", "1").close();
      assertThat(events)
          .containsExactly("open fp16 30", "close work", "close fp16", "close engine");
    }
  }

  @Test
  void everyResultSaysWhereItsModelComesFromAndHowItWasVerified() throws IOException {
    try (KeptModel kept = KeptModel.begin(40)) {
      assertThat(kept).isNotNull();
      for (String session :
          List.of("opened for this configuration", "kept from the configuration before")) {
        Path notes = folder.resolve(session);
        System.setProperty(ForkNotes.PROPERTY, notes.toString());
        take(FP16, 30).giveBack();
        assertThat(ForkNotes.read(notes))
            .containsEntry("session", session)
            .containsEntry("session.capacity", "40 positions")
            .containsEntry("verified.layers", "1 of 2");
      }
    }
  }

  @Test
  void twoCannotKeep() {
    try (KeptModel kept = KeptModel.begin(0)) {
      assertThat(kept).isNotNull();
      assertThatThrownBy(() -> KeptModel.begin(0)).isInstanceOf(IllegalStateException.class);
    }
  }
}
