/** Makes a provider's error message safe to show: short, and without anything that looks like a secret. */

/** Characters that are kept: some servers echo the whole request. */
const MAX_MESSAGE = 1000

/** Secrets known by how they begin: keys of vendors, OAuth and web tokens. */
const KNOWN = [
  /\b(?:sk|pk|rk|gsk|xai|hf|r8|tgp|pplx|nvapi|glpat|gh[opsu]|github_pat)[-_][\w*.-]{8,}/g,
  /\bAIza[\w*-]{10,}/g,
  /\b(?:ya29|AQ)\.[\w*.-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9*]{12,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g,
  /\bBearer [\w*.~+/=-]{8,}/gi,
]

/** A value that the text itself calls a secret. The value has a digit, as words of a sentence do not. */
const LABELLED =
  /((?:api[-_ ]?key|secret(?:[-_ ]?(?:access[-_ ]?)?key)?|password|(?:access|auth|session|security|refresh)[-_ ]?token)["']?\s*[:=]\s*["']?)(?=[^\s"',;]*\d)[^\s"',;]{8,}/gi

const RUN = /[\w+/-]{32,}={0,2}/g

/**
 * Whether a long run of characters is random, as keys and file contents are. Names of models and paths are long too,
 * but made of short words.
 */
function looksRandom(run: string): boolean {
  const pieces = /[+=]/.test(run) ? [run] : run.split(/[-_/]/).filter((piece) => piece.length >= 20)
  return pieces.some((piece) => /\d/.test(piece) && /[a-z]/.test(piece) && /[A-Z]/.test(piece))
}

/** The text without what looks like a secret, each of which becomes `[key]`, cut to 1000 characters. */
export function safeMessage(text: string): string {
  let clean = withoutKnownKeys(text.slice(0, 2 * MAX_MESSAGE))
  clean = clean.replace(RUN, (run) => (looksRandom(run) ? '[key]' : run))
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE)}…` : clean
}

/** The text without keys that are known by their prefix or their name. */
export function withoutKnownKeys(text: string): string {
  let clean = text
  for (const pattern of KNOWN) clean = clean.replace(pattern, '[key]')
  return clean.replace(LABELLED, '$1[key]')
}
