/** An address as in a URL: in brackets if it is one of IPv6 (RFC 3986 §3.2.2). */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`, `:53`. */
export function hostPort(host: string, port: number | string): string {
  return `${bracketed(host)}:${port}`;
}
