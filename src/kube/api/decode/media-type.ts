import { StreamError } from "./stream-error.ts";

export type Encoding = "json" | "protobuf";

export const JSON_TYPE = "application/json";
export const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

/** Lower case, without parameters. */
export function mediaTypeOf(contentType: string): string {
  const [type = ""] = contentType.split(";");
  return type.trim().toLowerCase();
}

/**
 * @param contentType of a response, parameters and all
 * @throws StreamError if it is neither JSON nor Kubernetes' protobuf
 */
export function encodingOf(contentType: string): Encoding {
  switch (mediaTypeOf(contentType)) {
    case JSON_TYPE:
      return "json";
    case PROTOBUF_TYPE:
      return "protobuf";
    default:
      throw new StreamError(`Cannot read response: unknown media type "${contentType}"`);
  }
}
