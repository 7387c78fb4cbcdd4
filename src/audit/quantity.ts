const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Of a quantity of memory such as 170Mi or 0.5G; undefined for what is none. */
export function mebibytesIn(quantity: unknown): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  const factor = FACTORS[unit];
  return digits === undefined || factor === undefined
    ? undefined
    : (Number(digits) * factor) / 2 ** 20;
}
