import type { Kind } from "../../cluster-source.ts";
import { NO_LABELS } from "./drafts.ts";
import type { Frames } from "./frames.ts";
import { LengthFrames, LineFrames } from "./frames.ts";
import { jsonReader } from "./json/objects.ts";
import { readJsonEvent } from "./json/watch.ts";
import { encodingOf } from "./media-type.ts";
import { protobufReader } from "./protobuf/objects.ts";
import { readProtobufEvent } from "./protobuf/watch.ts";
import type { WatchEvent } from "./watch-event.ts";

/** Reads the body of one response to a watch. */
export class WatchReader {
  readonly #frames: Frames;
  readonly #read: (frame: Buffer) => WatchEvent;

  /**
   * @param contentType of the response
   * @param keptLabels names of those that objects are to keep
   * @throws StreamError if the kind cannot come in it
   */
  constructor(kind: Kind, contentType: string, keptLabels = NO_LABELS) {
    const wanted = { kind, keptLabels };
    if (encodingOf(contentType) === "json") {
      const reader = jsonReader(wanted);
      this.#frames = new LineFrames();
      this.#read = (frame) => readJsonEvent(kind, frame, reader);
    } else {
      const reader = protobufReader(wanted);
      this.#frames = new LengthFrames();
      this.#read = (frame) => readProtobufEvent(kind, frame, reader);
    }
  }

  /**
   * Takes octets as they come, cut anywhere. An object that makes no sense is an event, too.
   *
   * @throws StreamError if the stream is broken: there is nothing more to be had of it
   */
  push(chunk: Buffer, onEvent: (event: WatchEvent) => void): void {
    this.#frames.push(chunk, (frame) => onEvent(this.#read(frame)));
  }

  /** @throws StreamError if the stream has ended within a frame */
  end(): void {
    this.#frames.end();
  }
}
