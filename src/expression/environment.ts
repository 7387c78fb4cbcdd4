import type { Signature, Type } from "./types.ts";
import type { List, Value } from "./value.ts";

/** What an expression may name besides what the language has. */
export type Environment<Context> = Readonly<Record<string, Entry<Context>>>;

export type Entry<Context> = EnvironmentFunction<Context> | EnvironmentVariable<Context>;

export interface EnvironmentFunction<Context> {
  readonly type: Signature;
  call(args: List, context: Context): Value;
}

export interface EnvironmentVariable<Context> {
  readonly type: Type;
  read(context: Context): Value;
}
