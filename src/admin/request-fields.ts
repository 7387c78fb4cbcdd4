import { BadRequest } from "../http/admin/read-json.ts";

/**
 * The fields of a body.
 * @throws {BadRequest} for a body that is no object, and for a field that nobody would look at
 */
export function fieldsOf(body: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new BadRequest("expected an object");
  }
  const strange = Object.keys(body).find((field) => !known.includes(field));
  if (strange !== undefined) {
    throw new BadRequest(`unknown field ${JSON.stringify(strange)}: known are ${known.join(", ")}`);
  }
  return body as Record<string, unknown>;
}

/** @throws {BadRequest} if it is there and no string */
export function textIn(fields: Record<string, unknown>, field: string): string | undefined {
  const value = fields[field];
  if (value === undefined || typeof value === "string") return value;
  throw new BadRequest(`"${field}" is no string`);
}

/** @throws {BadRequest} if it is there and neither true nor false */
export function flagIn(fields: Record<string, unknown>, field: string): boolean {
  const value = fields[field] ?? false;
  if (typeof value === "boolean") return value;
  throw new BadRequest(`"${field}" is neither true nor false`);
}
