/** One target of a Portkey config that names a provider. */
import type { ClientOptions, TargetOptions } from '../router/options.js'
import { fromPortkeyName, servedModel } from './provider-names.js'
import { retriesOf } from './portkey-retry.js'
import type { Fields } from './reading.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Variables of a row's base URL, by Portkey's name. */
const VARIABLES: Readonly<Record<string, string>> = {
  resource_name: 'resource',
  azure_resource_name: 'resource',
  vertex_project_id: 'project',
  vertex_region: 'location',
  aws_region: 'region',
  workers_ai_account_id: 'account',
}

const HEADERS: Readonly<Record<string, string>> = {
  openai_organization: 'openai-organization',
  openai_project: 'openai-project',
  anthropic_version: 'anthropic-version',
  anthropic_beta: 'anthropic-beta',
}

/** Azure's name of a model; it says more than the model does. */
const DEPLOYMENT = ['azure_deployment_id', 'deployment_id'] as const

/** A target, and its retries. */
export interface Leaf {
  readonly target: TargetOptions
  readonly retries: ClientOptions['retries']
}

/** `undefined`, with a warning, for one whose provider is not known here. */
export function leafOf(node: Fields): Leaf | undefined {
  const params = node.object('override_params')
  const { model, ...preset } = Object.fromEntries((params?.names() ?? []).map((name) => [name, params?.take(name)]))
  const slug = node.text('provider')
  const virtual = node.text('virtual_key')
  const provider = slug === undefined ? undefined : fromPortkeyName.get(slug)
  if (virtual !== undefined) {
    node.warn(
      'virtual_key',
      'is kept at Portkey; the key is read from the environment here, or from apiKeyEnv if you add it',
    )
  }
  if (provider === undefined) {
    const why =
      slug === undefined
        ? 'the target names none'
        : `\`${slug}\` is ${slug.startsWith('@') ? 'kept at Portkey' : 'not known here'}`
    return leftOut(node, 'provider', why)
  }
  const deployment = DEPLOYMENT.map((name) => node.text(name)).find((name) => name !== undefined)
  const named = servedModel(provider, deployment ?? (typeof model === 'string' ? model : '*'))
  if ('fault' in named) return leftOut(node, 'override_params.model', named.fault)
  const target: Mutable<TargetOptions> = { model: `${named.provider}/${named.model}` }
  const host = node.text('custom_host')
  // Its key must not go to the provider instead.
  if (host !== undefined && !/^https?:\/\/[^/]/.test(host)) return leftOut(node, 'custom_host', 'is no URL')
  if (host !== undefined) target.baseURL = host.replace(/\/+$/, '')
  setKeys(target, node)
  for (const [foreign, variable] of Object.entries(VARIABLES)) {
    const value = node.text(foreign)
    if (value !== undefined) target.variables = { ...target.variables, [variable]: value }
  }
  for (const [foreign, header] of Object.entries(HEADERS)) {
    const value = node.text(foreign)
    if (value !== undefined) target.headers = { ...target.headers, [header]: value }
  }
  const timeout = node.number('request_timeout')
  if (timeout !== undefined) target.timeout = { total: timeout }
  if (Object.keys(preset).length > 0) target.params = preset
  const retries = retriesOf(node.object('retry'))
  node.close()
  return { target, retries }
}

function setKeys(target: Mutable<TargetOptions>, node: Fields): void {
  const key = node.text('api_key')
  const [accessKeyId, secretAccessKey, sessionToken] = [
    node.text('aws_access_key_id'),
    node.text('aws_secret_access_key'),
    node.text('aws_session_token'),
  ]
  if (key !== undefined) {
    target.apiKey = key
    node.warn(
      'api_key',
      'the key itself is in the options now; better put it into an environment variable and name it in apiKeyEnv',
    )
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) return
  target.credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  node.warn(
    'aws_secret_access_key',
    'the secret itself is in the options now; better leave it to the AWS credentials chain',
  )
}

function leftOut(node: Fields, field: string, why: string): undefined {
  node.warn(field, `${why}; the target is left out`)
  node.close('belongs to a target that is left out')
  return undefined
}
