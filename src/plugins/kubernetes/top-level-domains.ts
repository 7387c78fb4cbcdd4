/**
 * The top-level domains that names outside of a cluster are most often in: the old ones, those of much software, and those of many
 * countries. A namespace that is called like one takes "NAME.com" from whoever searches. Not all there are: over a thousand would be
 * found in names of namespaces that nobody takes for a domain.
 */
export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(
  (
    "com net org edu gov mil int arpa info biz name io dev app cloud online site tech ai co me tv cc " +
    "ar at au be br ca ch cl cn cz de dk es eu fi fr gr hk hu ie il in ir it jp kr mx nl no nz pl pt " +
    "ro ru se sg sk tr tw ua uk us vn za"
  ).split(" "),
);
