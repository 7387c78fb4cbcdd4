/**
 * A rule as kube-proxy writes it, in the form that `iptables-save` prints after the kernel has had it. Made to be told from the
 * code that it is held against: it knows words of iptables, and nothing of Services.
 */
export function asSaved(written: string, isIpv6: boolean): string {
  const words = [...written.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word);
  const head: string[] = [];
  const addresses: { s?: string; d?: string } = {};
  let protocol = "";
  const matches: string[][] = [];
  const tail: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const next = (): string => words[++i] ?? "";
    if (word === "-A") head.push("-A", next());
    else if (word === "!") {
      const option = next();
      addresses[option === "-s" ? "s" : "d"] = `! ${option} ${range(next(), isIpv6)}`;
    } else if (word === "-s" || word === "-d") {
      addresses[word === "-s" ? "s" : "d"] = `${word} ${range(next(), isIpv6)}`;
    } else if (word === "-p") protocol = `-p ${next()}`;
    else if (word === "-m") matches.push([next()]);
    else if (word === "-j") tail.push(...words.slice(i).splice(0), ...((i = words.length), []));
    else matches.at(-1)?.push(word);
  }
  const target =
    tail.join(" ") === "-j REJECT" ? [`-j REJECT --reject-with ${refusal(isIpv6)}`] : tail;
  const parts = [addresses.s, addresses.d, protocol, ...matches.map((one) => match(one, isIpv6))];
  return [...head, ...parts.filter((part) => part !== undefined && part !== ""), ...target].join(
    " ",
  );
}

function refusal(isIpv6: boolean): string {
  return isIpv6 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
}

function range(text: string, isIpv6: boolean): string {
  return text.includes("/") ? text : `${text}/${isIpv6 ? 128 : 32}`;
}

function match([name = "", ...options]: readonly string[], isIpv6: boolean): string {
  if (name === "comment") {
    const [option, text = ""] = options;
    return `-m comment ${option} ${text.startsWith('"') ? text : `"${text}"`}`;
  }
  if (name === "recent") {
    const [, list, ...rest] = options;
    const mask = isIpv6 ? Array.from({ length: 8 }, () => "ffff").join(":") : "255.255.255.255";
    return `-m recent ${rest.join(" ")} --name ${list} --mask ${mask} --rsource`;
  }
  if (name === "statistic") {
    const written = Number(options.at(-1));
    const kept = Math.round(written * 0x80000000) / 0x80000000;
    return `-m statistic ${options.slice(0, -1).join(" ")} ${kept.toFixed(11)}`;
  }
  return ["-m", name, ...options].join(" ");
}
