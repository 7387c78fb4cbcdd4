/** An expression that is none, and where: an offset into its text. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly at: number;

  /** @param message action, colon, state: what was found, and what was expected */
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** An expression that came to nothing while it was evaluated. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}
