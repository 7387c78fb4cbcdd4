import type { Logger } from "../../observe/log.ts";
import { shortText } from "../short-text.ts";
import type { Problem } from "./manifest-files.ts";

/** Paths, and the names of files, may hold anything. */
const MAX_CHARACTERS = 1_000;

/** Tells of what is wrong once, and of what is good again. */
export class ProblemLog {
  readonly #log: Logger;
  #texts: ReadonlySet<string> = new Set();
  #sources: ReadonlySet<string> = new Set();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param problems all that is wrong now
   * @param present what there is now; of the rest there is nothing good to say
   */
  update(problems: readonly Problem[], present: ReadonlySet<string>): void {
    for (const { text, consequence } of problems) {
      if (this.#texts.has(text)) continue;
      const line = consequence === "" ? text : `${text}; ${consequence}`;
      this.#log.warn(shortText(line, MAX_CHARACTERS));
    }
    const sources = new Set(problems.flatMap(({ source }) => source ?? []));
    for (const source of this.#sources.difference(sources)) {
      if (!present.has(source)) continue;
      this.#log.info(shortText(`Manifest "${source}" is good again`, MAX_CHARACTERS));
    }
    this.#texts = new Set(problems.map(({ text }) => text));
    this.#sources = sources;
  }
}
