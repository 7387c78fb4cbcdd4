/**
 * A float64 as Go's fmt prints it with `%v`: the fewest digits that are the same number, and an
 * exponent of two digits where that is below -4 or above 5.
 */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  if (Object.is(value, -0)) return "-0";
  const [, digits = "", exponent = "0"] = /^(.*)e(.*)$/.exec(value.toExponential()) ?? [];
  const power = Number(exponent);
  // Within this range JavaScript writes no exponent either.
  if (power >= -4 && power <= 5) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
