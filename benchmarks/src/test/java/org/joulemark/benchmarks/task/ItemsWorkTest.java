package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.joulemark.benchmarks.task.ItemsWork.Step;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.DeviceTimes;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemsWorkTest {
  private final List<String> log = new ArrayList<>();

  private final class Logged implements Work {
    private final String name;
    private final double seconds;
    private final Runnable body;
    private long submitted;
    private long drained;
    private boolean closed;
    private Optional<Decisions> decisions = Optional.empty();
    private Map<String, String> facts = Map.of();

    Logged(String name, double seconds) {
      this(name, seconds, () -> {});
    }

    Logged(String name, double seconds, Runnable body) {
      this.name = name;
      this.seconds = seconds;
      this.body = body;
    }

    @Override
    public void submit() {
      submitted++;
      log.add(name);
      body.run();
    }

    @Override
    public void drain() {
      drained++;
    }

    @Override
    public long completed() {
      return submitted;
    }

    @Override
    public DeviceTimes deviceTimes() {
      return new DeviceTimes(seconds, seconds, seconds, seconds, 1);
    }

    @Override
    public Optional<Decisions> decisions() {
      return decisions;
    }

    @Override
    public Map<String, String> facts() {
      return facts;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void saysOfAllPassesHowTheyAreCarriedOut() {
    Logged prompt = new Logged("p", 1);
    Logged decode = new Logged("d", 1);
    prompt.facts = Map.of("launch", "graph", "down.algorithm.id", "66");
    decode.facts = Map.of("launch", "graph", "down.algorithm.id", "39");
    List<List<Step>> items = List.of(List.of(new Step(prompt, 1), new Step(decode, 5)));
    assertThat(new ItemsWork(items).facts())
        .isEqualTo(
            Map.of("launch", "graph", "down.algorithm.id.passes", "39 in 1 of 2, 66 in 1 of 2"));
  }

  @Test
  void unitsAreTheItemsInTheirOrderOverAndOver() {
    Logged prompt = new Logged("p", 1);
    Logged decode = new Logged("d", 0.25);
    Logged longPrompt = new Logged("P", 2);
    ItemsWork work =
        new ItemsWork(
            List.of(
                List.of(new Step(prompt, 1), new Step(decode, 2)),
                List.of(new Step(longPrompt, 1))));
    log.clear();
    for (int i = 0; i < 3; i++) {
      work.submit();
    }
    assertThat(log).containsExactly("p", "d", "d", "P", "p", "d", "d");
    work.drain();
    assertThat(work.completed()).isEqualTo(3);
    // (1 + 2·0.25 + 2) / 2 items.
    assertThat(work.deviceTimes().meanSeconds()).isCloseTo(1.75, within(1e-12));
    work.close();
    assertThat(List.of(prompt, decode, longPrompt)).allMatch(each -> each.closed);
  }

  @Test
  void allWorksAreClosedEvenIfOneFailsToBe() {
    List<Work> works = new ArrayList<>();
    for (String name : List.of("a", "bad 1", "bad 2", "b")) {
      works.add(
          new ForwardingWork() {
            private final Work logged = new Logged(name, 1);

            @Override
            protected Work work() {
              return logged;
            }

            @Override
            public void close() {
              log.add("closed " + name);
              if (name.startsWith("bad")) {
                throw new IllegalStateException(name);
              }
            }
          });
    }
    ItemsWork work = new ItemsWork(List.of(works.stream().map(each -> new Step(each, 1)).toList()));
    log.clear();
    assertThatThrownBy(work::close)
        .hasMessage("bad 1")
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("bad 2"));
    assertThat(log).containsExactly("closed a", "closed bad 1", "closed bad 2", "closed b");
  }

  @Test
  void worksThatCountTheirDecisionsAreSummedOnceEachAndASharedCounterIsReadOnce() {
    Logged prompt = new Logged("p", 1);
    Logged decode = new Logged("d", 1);
    List<List<Step>> items =
        List.of(List.of(new Step(prompt, 1), new Step(decode, 2)), List.of(new Step(decode, 1)));
    assertThat(new ItemsWork(items).decisions()).isEmpty();
    prompt.decisions = Optional.of(new Decisions(8, 2, 0.5));
    decode.decisions = Optional.of(new Decisions(4, 3, 0.25));
    assertThat(new ItemsWork(items).decisions()).contains(new Decisions(12, 5, 0.75));
    Decisions shared = new Decisions(20, 10, 2);
    assertThat(new ItemsWork(items, () -> Optional.of(shared)).decisions()).contains(shared);
  }

  @Test
  void onlyWorksThatWereSubmittedAreWaitedFor() {
    Logged used = new Logged("a", 1);
    Logged shared = new Logged("s", 1);
    Logged unused = new Logged("b", 1);
    ItemsWork work =
        new ItemsWork(
            List.of(
                List.of(new Step(used, 1), new Step(shared, 2)),
                List.of(new Step(unused, 1), new Step(shared, 2))));
    List<Logged> all = List.of(used, shared, unused);
    all.forEach(each -> each.drained = 0);
    work.submit();
    work.drain();
    assertThat(all).extracting(each -> each.drained).containsExactly(1L, 1L, 0L);
    work.drain();
    assertThat(all).extracting(each -> each.drained).containsExactly(1L, 1L, 0L);
    work.submit();
    work.drain();
    assertThat(all).extracting(each -> each.drained).containsExactly(1L, 2L, 1L);
  }

  @Test
  void longItemsAreDrainedOneByOneAndShortOnesAtTheSamePlacesOfEachRound() {
    Logged sleeping = new Logged("p", 1, () -> LockSupport.parkNanos(8_000_000));
    ItemsWork work = new ItemsWork(Collections.nCopies(4, List.of(new Step(sleeping, 1))));
    for (int i = 1; i < 4; i++) {
      work.submit();
      assertThat(work.completed()).isEqualTo(i);
    }
    assertThat(work.deviceTimes().meanSeconds()).isEqualTo(1);
    Logged quick = new Logged("q", 1);
    ItemsWork short7 = new ItemsWork(Collections.nCopies(7, List.of(new Step(quick, 1))));
    for (int i = 1; i <= 14; i++) {
      short7.submit();
      assertThat(short7.completed()).isEqualTo(i - i % 7);
    }
    // What other items did is in the time between two ends of a pass that they share.
    assertThat(short7.deviceTimes().meanSeconds()).isNaN();
    assertThat(short7.deviceTimes().medianSeconds()).isNaN();
  }

  @Test
  void aRoundIsCompleted() {
    Logged prompt = new Logged("p", 1);
    ItemsWork work =
        new ItemsWork(
            List.of(
                List.of(new Step(prompt, 1)),
                List.of(new Step(prompt, 1)),
                List.of(new Step(prompt, 1))));
    SampleRounds rounds = new SampleRounds(work, 3, false);
    work.submit();
    rounds.begin();
    for (int i = 0; i < 4; i++) {
      work.submit();
    }
    rounds.complete();
    assertThat(work.submitted()).isEqualTo(1 + 6);
    assertThat(work.completed()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"1,2,4", "3,40,6", "3,400,6", "5,20,35"})
  void aRoundFitsBetweenTheEdgesOfACounterToo(int items, int millis, int least) {
    Logged sleeping = new Logged("p", 1, () -> LockSupport.parkNanos(millis * 1_000_000L));
    ItemsWork work = new ItemsWork(Collections.nCopies(items, List.of(new Step(sleeping, 1))));
    SampleRounds rounds = new SampleRounds(work, items, true);
    long before = work.submitted();
    long begin = System.nanoTime();
    rounds.begin();
    work.submit();
    rounds.complete();
    double seconds = (System.nanoTime() - begin) * 1e-9;
    long done = work.submitted() - before;
    assertThat(done % items).isZero();
    assertThat(done).isGreaterThanOrEqualTo(least);
    // A round and the item before the first edge take their share; the rest is for the edges.
    assertThat(seconds * (done - items - 1) / done).isGreaterThan(0.5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 16, 200})
  void asManyIterationsAsItemsBeginAtAsManyItems(int count) {
    List<List<Step>> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(List.of(new Step(new Logged("item " + i, 1), 1)));
    }
    ItemsWork work = new ItemsWork(items);
    SampleRounds rounds = new SampleRounds(work, count, false);
    List<String> first = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rounds.begin();
      log.clear();
      work.submit();
      first.add(log.get(0));
      rounds.complete();
    }
    assertThat(first).doesNotHaveDuplicates();
  }

  @Test
  void eachIterationBeginsAtAnotherItem() {
    List<List<Step>> items = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      items.add(List.of(new Step(new Logged("item " + i, 1), 1)));
    }
    ItemsWork work = new ItemsWork(items);
    SampleRounds rounds = new SampleRounds(work, 5, false);
    List<String> first = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      rounds.begin();
      log.clear();
      work.submit();
      first.add(log.get(0));
      rounds.complete();
      assertThat(log).hasSize(5).doesNotHaveDuplicates();
    }
    assertThat(first).containsExactly("item 2", "item 4", "item 1");
  }
}
