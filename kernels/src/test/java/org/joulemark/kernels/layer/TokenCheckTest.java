package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.joulemark.kernels.model.ModelShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCheckTest {
  private static final int VOCABULARY = 97;

  private final ModelPass pass = new At(5, 8);

  @Test
  void tokensMayFillTheRoomThatIsLeft() {
    TokenCheck.check(pass, new int[][] {{0, 1, 2}, {3, 4, VOCABULARY - 1}});
    refused("4 tokens were given where there is room for 1 to 3.", new int[2][4]);
    refused("0 tokens were given where there is room for 1 to 3.", new int[2][0]);
  }

  @Test
  void aPromptMayFillTheCacheWhateverHasBeenRead() {
    TokenCheck.check(pass, 0, new int[2][8]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenCheck.check(pass, 0, new int[2][9]))
        .withMessage("9 tokens were given where there is room for 1 to 8.");
  }

  @Test
  void everySequenceIsThereAsLongAsTheOthersAndInTheVocabulary() {
    refused("1 sequences were given to a pass of 2.", new int[1][1]);
    refused("Every sequence must have the same number of tokens.", new int[][] {{1}, {1, 2}});
    refused("Token -1 is not in the vocabulary of 97.", new int[][] {{1}, {-1}});
    refused("Token 97 is not in the vocabulary of 97.", new int[][] {{VOCABULARY}, {1}});
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 6})
  void nothingIsReadBehindWhatHasNotBeenRead(int start) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenCheck.check(pass, start, new int[2][1]))
        .withMessage(
            "Tokens cannot be read behind the first " + start + ": 5 tokens have been read.");
  }

  @Test
  void aTokenIsDecodedBehindWhatHasBeenReadWhileThereIsRoom() {
    TokenCheck.checkDecode(pass, 1);
    TokenCheck.checkDecode(pass, 5);
    notDecoded(pass, 0, 8);
    notDecoded(pass, 6, 8);
    notDecoded(new At(5, 5), 5, 5);
  }

  private static void notDecoded(ModelPass pass, int context, int capacity) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenCheck.checkDecode(pass, context))
        .withMessage(
            "context="
                + context
                + " is not possible: 5 tokens have been read and there is room for "
                + capacity
                + ".");
  }

  private void refused(String message, int[][] tokens) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenCheck.check(pass, tokens))
        .withMessage(message);
  }

  /** A pass of two sequences that has read some tokens. */
  private record At(int position, int capacity) implements ModelPass {
    @Override
    public ModelShape shape() {
      return TestShapes.gated("llama", 4, 2, 8, 0);
    }

    @Override
    public int batch() {
      return 2;
    }

    @Override
    public void reset() {
      throw new UnsupportedOperationException("a check changes nothing");
    }

    @Override
    public PassOutput forward(int[][] tokens, PassRequest request) {
      throw new UnsupportedOperationException("a check reads nothing");
    }
  }
}
