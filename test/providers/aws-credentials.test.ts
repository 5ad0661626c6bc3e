/** Where credentials come from, without a request. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { everything } from '../../src/whole-catalogue.js'
import { ConfigError } from '../../src/kernel/errors.js'
import { planProvider } from '../../src/router/provider-plan.js'
import type { ProviderOptions } from '../../src/router/options.js'
import type { SignableRequest } from '../../src/router/target.js'

const keys = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'secret' }
const plan = (options: ProviderOptions, env: Record<string, string>) =>
  planProvider('bedrock', options, everything, env)
const request = (url: string): SignableRequest => ({ method: 'POST', url, headers: new Headers(), body: '{}' })
const AT = 'https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse'

async function credentialOf(
  options: ProviderOptions,
  env: Record<string, string>,
  url = AT,
): Promise<string | undefined> {
  const headers = await plan(options, env).sign?.(request(url))
  return /Credential=([^,]+)/.exec(headers?.['authorization'] ?? '')?.[1]?.replace(/\/\d{8}\//, '/DATE/')
}

let folder: string

/** The chain reads the process and the home folder; neither must decide a test. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-'))
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('credentials of a provider that signs', () => {
  test('the environment gives them, with a session token where there is one', async () => {
    expect(await credentialOf({}, keys)).toBe('AKIDENV/DATE/eu-west-1/bedrock/aws4_request')
    const headers = await plan({}, { ...keys, AWS_SESSION_TOKEN: 'token' }).sign?.(request(AT))
    expect(headers?.['x-amz-security-token']).toBe('token')
  })

  test('a key wins over them, and credentials of the caller win over a key of the environment', () => {
    const env = { ...keys, AWS_BEARER_TOKEN_BEDROCK: 'key', AWS_REGION: 'eu-west-1' }
    expect(plan({}, env).sign).toBeUndefined()
    expect(plan({}, env).authorize()).toEqual(['authorization', 'Bearer key'])
    const own = plan({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }, env)
    expect(own.sign).toBeDefined()
    expect(own.authorize()).toBeUndefined()
  })

  test('the region is what the caller says, then that of the host, then that of the environment', async () => {
    const env = { ...keys, AWS_REGION: 'ap-south-1' }
    expect(await credentialOf({ variables: { region: 'us-gov-west-1' } }, env)).toContain('/us-gov-west-1/')
    expect(await credentialOf({}, env, 'https://vpce-1.bedrock-runtime.us-east-2.vpce.amazonaws.com/m')).toContain(
      '/us-east-2/',
    )
    expect(await credentialOf({}, env, 'http://127.0.0.1:4566/m')).toContain('/ap-south-1/')
    await expect(credentialOf({}, keys, 'http://127.0.0.1:4566/m')).rejects.toMatchObject({
      name: 'ConfigError',
      path: 'providers.bedrock.variables.region',
    })
  })

  test('without any, the error names the ways to give them', async () => {
    const nowhere = plan({}, { AWS_REGION: 'eu-west-1' })
    expect(nowhere.missing).toBeUndefined()
    expect(nowhere.ready).toBe(false)
    for (const way of ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'providers.bedrock.credentials']) {
      await expect(nowhere.sign?.(request(AT))).rejects.toThrow(way)
    }
    await expect(nowhere.sign?.(request(AT))).rejects.toThrow(ConfigError)
  })

  test('a profile is found by the chain of AWS', async () => {
    writeFileSync(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n',
    )
    expect(await credentialOf({}, {})).toBe('AKIDPROFILE/DATE/eu-west-1/bedrock/aws4_request')
  })

  test('a row is ready with a key or credentials, and a region', () => {
    const region = { AWS_REGION: 'eu-west-1' }
    expect(plan({}, { ...keys, ...region }).ready).toBe(true)
    expect(plan({}, { AWS_BEARER_TOKEN_BEDROCK: 'key', ...region }).ready).toBe(true)
    expect(plan({}, keys).ready).toBe(false)
  })
})
