/** In which findings can be told: the first for people, the others for programs. */
export const CHECK_FORMATS = ["text", "json", "sarif", "github"] as const;

export type CheckFormat = (typeof CHECK_FORMATS)[number];
