package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A cursor over the tokens of a parser, which reads all JSON and says where it is broken. */
final class TokenCursor implements JsonCursor {
  private final JsonParser parser;
  private final StringCache strings;

  /**
   * A cursor at the parser's current token.
   *
   * @param strings for the words
   */
  TokenCursor(JsonParser parser, StringCache strings) {
    this.parser = parser;
    this.strings = strings;
  }

  @Override
  public boolean passNull() {
    return parser.hasToken(JsonToken.VALUE_NULL);
  }

  @Override
  public void enterObject(String what) throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      throw mismatch(what + " must be an object");
    }
  }

  @Override
  public @Nullable NamePath next(NamePath path) throws IOException {
    NamePath next = path.next(parser);
    if (next != null) {
      parser.nextToken();
    }
    return next;
  }

  @Override
  public void enterArray(String complaint) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw mismatch(complaint);
    }
  }

  @Override
  public boolean hasNext() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  @Override
  public double number() throws IOException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    String word = parser.hasToken(JsonToken.VALUE_STRING) ? word("number") : "";
    return JsonCursor.named(word)
        .orElseThrow(() -> mismatch("expected a number or one of \"NaN\", \"+INF\", \"-INF\""));
  }

  @Override
  public String word(String what) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      throw new IllegalArgumentException(what + " is null");
    }
    if (!token.isScalarValue()) {
      throw mismatch(what + " must be a string");
    }
    return strings.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
  }

  @Override
  public String rareWord() throws IOException {
    return parser.hasToken(JsonToken.VALUE_STRING) ? parser.getText() : "";
  }

  @Override
  public void skip() throws IOException {
    parser.skipChildren();
  }

  @Override
  public IOException mismatch(String complaint) {
    return MismatchedInputException.from(parser, ResultRow.class, complaint);
  }
}
