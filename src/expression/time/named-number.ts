export const MONTHS: readonly string[] =
  "January February March April May June July August September October November December".split(
    " ",
  );
export const DAYS: readonly string[] =
  "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Go's time.Month and time.Weekday: numbers of a type of their own, with names. */
export class NamedNumber {
  readonly kind: "month" | "weekday";
  /** From 1 for January; from 0 for Sunday. */
  readonly number: number;
  readonly name: string;

  private constructor(kind: "month" | "weekday", number: number, name: string) {
    this.kind = kind;
    this.number = number;
    this.name = name;
  }

  static month(number: number): NamedNumber {
    return new NamedNumber("month", number, MONTHS[number - 1] ?? "");
  }

  static weekday(number: number): NamedNumber {
    return new NamedNumber("weekday", number, DAYS[number] ?? "");
  }
}
