/** Where LiteLLM sends a deployment's requests, as the base URL of a target or what fills that of its provider. */
import type { ProviderOptions } from '../router/options.js'
import type { NamedProvider } from './provider-names.js'
import type { Fields } from './reading.js'

type Address = Pick<ProviderOptions, 'baseURL' | 'variables'>

/** What LiteLLM names by a variable of the environment. */
export const SECRET = /^os\.environ\/(.+)$/

const AWS: ReadonlySet<string> = new Set(['bedrock', 'bedrock-mantle'])
const VERTEX: ReadonlySet<string> = new Set(['vertex', 'vertex-openai'])
const WATSONX: ReadonlySet<string> = new Set(['watsonx-text'])

/** What fills the base URL, or a field of the bodies, of a row, by LiteLLM's name. */
const VARIABLES: Readonly<Record<string, { readonly name: string; readonly rows: ReadonlySet<string> }>> = {
  aws_region_name: { name: 'region', rows: AWS },
  vertex_project: { name: 'project', rows: VERTEX },
  vertex_ai_project: { name: 'project', rows: VERTEX },
  vertex_location: { name: 'location', rows: VERTEX },
  vertex_ai_location: { name: 'location', rows: VERTEX },
  project_id: { name: 'project_id', rows: WATSONX },
  watsonx_project: { name: 'project_id', rows: WATSONX },
  space_id: { name: 'space_id', rows: WATSONX },
  watsonx_region_name: { name: 'region', rows: WATSONX },
}

/** Addresses that say nothing but a variable of the row's own. */
const OWN_HOSTS: Readonly<Record<string, { readonly host: RegExp; readonly variable: string }>> = {
  azure: { host: /^https:\/\/([\w-]+)\.openai\.azure\.com\/?$/, variable: 'resource' },
  'azure-ai': {
    host: /^https:\/\/([\w-]+)\.services\.ai\.azure\.com(?:\/models|\/openai\/v1|\/anthropic(?:\/v1(?:\/messages)?)?)?\/?$/,
    variable: 'resource',
  },
  'watsonx-text': { host: /^https:\/\/([\w-]+)\.ml\.cloud\.ibm\.com\/?$/, variable: 'region' },
}

/** What stands after the host there and is added by each request here, by row; for all others, an operation alone. */
const ADDED: Readonly<Record<string, RegExp>> = {
  anthropic: /\/v1(\/messages)?$/,
  cohere: /\/v[12](\/(chat|embed|rerank))?$/,
  ollama: /\/api(\/(chat|generate))?$/,
}
const OPERATION = /\/(chat\/completions|completions|embeddings|responses)$/

/** A key that went to another host than the one it is for would be given away, so an unknown address is no address. */
export function addressOf(params: Fields, { provider, region }: NamedProvider): Address | 'unknown' {
  const variables: Record<string, string> = region === undefined ? {} : { region }
  for (const [foreign, { name, rows }] of Object.entries(VARIABLES)) {
    // Of another provider it means nothing, which is told with the fields that nobody read.
    if (!rows.has(provider)) continue
    const value = params.text(foreign)
    if (value === undefined) continue
    if (SECRET.test(value)) params.warn(foreign, `is in an environment variable; give it as variables.${name}`)
    else variables[name] = value
  }
  const base = params.text('api_base') ?? params.text('base_url')
  const found = base === undefined ? {} : baseOf(base, provider, params)
  if (found === 'unknown') return found
  const all = { ...variables, ...found.variables }
  return { ...found, ...(Object.keys(all).length > 0 && { variables: all }) }
}

function baseOf(base: string, provider: string, params: Fields): Address | 'unknown' {
  const variable = SECRET.exec(base)?.[1]
  if (variable !== undefined || !/^https?:\/\/[^/]/.test(base)) {
    const found = variable === undefined ? 'is no URL' : `is in the environment variable ${variable}`
    params.warn('api_base', `${found}; write the URL itself. The deployment is left out`)
    return 'unknown'
  }
  const own = OWN_HOSTS[provider]
  const part = own?.host.exec(base)?.[1]
  if (own && part !== undefined) return { variables: { [own.variable]: part } }
  const whole = base.replace(/\/+$/, '').replace(ADDED[provider] ?? OPERATION, '')
  return { baseURL: provider === 'azure' && new URL(whole).pathname === '/' ? `${whole}/openai/v1` : whole }
}
