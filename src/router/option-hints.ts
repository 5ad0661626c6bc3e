/** Names of options in other clients and gateways, for users who come from them. */
import { didYouMean } from '../kernel/did-you-mean.js'

/** Without underscores, in lower case. A name may have several meanings: the first that is an option counts. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  retry: ['retries'],
  retrypolicy: ['retries'],
  numretries: ['retries', 'max'],
  attempts: ['max', 'retries'],
  maxattempts: ['max', 'retries'],
  cooldowntime: ['duration', 'cooldown'],
  cooldownms: ['duration', 'cooldown'],
  delay: ['after'],
  limit: ['usd'],
  amount: ['usd'],
  maxbudget: ['usd', 'budgets'],
  budgetduration: ['per'],
  period: ['per'],
  requestsperminute: ['rpm'],
  tokensperminute: ['tpm'],
  maxparallelrequests: ['concurrent'],
  modellist: ['models'],
  aliases: ['models'],
  routes: ['models'],
  deployments: ['targets'],
  redis: ['store'],
  'no-cache': ['refresh'],
  nocache: ['refresh'],
  forcerefresh: ['refresh'],
  'no-store': ['store'],
  nostore: ['store'],
  's-maxage': ['maxAge'],
  similaritythreshold: ['threshold'],
  embeddingmodel: ['model'],
  mode: ['semantic'],
  callbacks: ['hooks'],
  onerror: ['onAttempt'],
  oncircuitopen: ['onCooldown'],
}

/** Options of a provider that other clients have at the top level. */
const OF_PROVIDER: ReadonlySet<string> = new Set(['apikey', 'baseurl', 'headers', 'defaultheaders', 'protocol'])

/** What to write in place of an unknown option; empty if that is not known. @param known - The options at that place. */
export function hintFor(key: string, known: readonly string[]): string {
  const name = key.replaceAll('_', '').toLowerCase()
  if (known.includes('providers') && OF_PROVIDER.has(name))
    return '; it is an option of a provider, such as `providers: { openai: { apiKey } }`'
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name]?.find((option) => known.includes(option)) : undefined
  return meant === undefined ? didYouMean(key, known) : `; did you mean \`${meant}\`?`
}
