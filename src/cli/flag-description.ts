/** What a value or a word may be; completion offers that. */
export type ValueKind = "text" | "file" | "type" | "command" | readonly string[];

export interface Flag {
  /** What it does, for help: no capital, no final period. */
  readonly summary: string;
  /** What help calls its value, as "FILE"; without one it is a switch. */
  readonly value?: string;
  /** What the value may be; any text without it. */
  readonly kind?: ValueKind;
  /** Whether it can do without its value. */
  readonly isOptional?: boolean;
  /** Whether "no" before its name takes it back: "+notcp". */
  readonly isNegatable?: boolean;
  /** Other names of it. */
  readonly also?: readonly string[];
}

/** By name, without its dash; one that is written with a plus has it in its name, as "+short". */
export type FlagTable = Readonly<Record<string, Flag>>;

/** As it is written: "-conf", "+short". */
export function writtenFlag(name: string): string {
  return name.startsWith("+") ? name : `-${name}`;
}
