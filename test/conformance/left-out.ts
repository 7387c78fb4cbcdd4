/** Rows of the survey that nothing here can be asked yet. */
export interface LeftOut {
  readonly ids: readonly string[];
  readonly why: string;
}

export const leftOut: readonly LeftOut[] = [];
