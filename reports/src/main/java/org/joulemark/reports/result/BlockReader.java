package org.joulemark.reports.result;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads the blocks of a stream with all processors, because the results of a campaign have tens of
 * thousands of rows; only a few blocks are in memory at a time.
 */
final class BlockReader {
  private BlockReader() {}

  /**
   * Reads until there are no more blocks.
   *
   * @param parser is called by several threads; must not keep the block
   * @param taker is called by the caller's thread, in the blocks' order
   * @throws IOException if the stream cannot be read
   */
  static <T> void read(ByteBlocks blocks, Function<ByteBlocks.Block, T> parser, Consumer<T> taker)
      throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      Deque<Running<T>> running = new ArrayDeque<>();
      for (ByteBlocks.Block block = blocks.next(); block != null; block = blocks.next()) {
        ByteBlocks.Block source = block;
        running.add(
            new Running<>(source, CompletableFuture.supplyAsync(() -> parser.apply(source), pool)));
        if (running.size() == 2 * workers) {
          Running<T> oldest = running.remove();
          taker.accept(oldest.parsed().join());
          blocks.giveBack(oldest.source());
        }
      }
      running.forEach(block -> taker.accept(block.parsed().join()));
    } finally {
      pool.shutdownNow();
    }
  }

  private record Running<T>(ByteBlocks.Block source, CompletableFuture<T> parsed) {}
}
