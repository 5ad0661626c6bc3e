/**
 * SDKs that a bundler has swallowed and minified: their classes have other names, and nobody finds their modules. What is handed
 * in is known by what it has: a class, what a bundle exports, or a client.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'
import { openai, SDKS, type Swallowed } from './swallowed-sdks.js'

const APART = join(root, 'test/sdks')
const isInstalled = existsSync(join(APART, 'node_modules'))
const folder = join(root, 'test/.apps/swallowed')
beforeAll(() => mkdirSync(folder, { recursive: true }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Bundle {
  readonly e: new () => unknown
  readonly make: () => unknown
  readonly call: (client: unknown) => Promise<unknown>
}

async function swallow({ package: name, class: Class, more, make, call, apart }: Swallowed): Promise<Bundle> {
  const outfile = join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`)
  await build({
    stdin: {
      contents: `import { ${Class} as Class ${more === undefined ? '' : `, ${more} as More`} } from ${JSON.stringify(name)}
        const [model, messages] = ['m', [{ role: 'user', content: 'Hi' }]]
        export { Class as e }
        export const make = () => ${make}
        export const call = (client) => ${call}`,
      resolveDir: apart ? APART : root,
    },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    // Of an SDK that runs models itself, where that is installed.
    external: ['@huggingface/transformers'],
    // What an SDK of CommonJS asks Node for.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  })
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Bundle
}

const FORMS: Readonly<Record<string, (bundle: Bundle) => unknown>> = {
  'its class': ({ e }) => e,
  'an object with the class': ({ e }) => ({ n: class {}, e, t: 1 }),
  'a client of it': ({ make }) => make(),
}

afterEach(() => vi.unstubAllGlobals())

const isThere = ({ apart }: Swallowed): boolean => isInstalled || apart !== true

test.skipIf(isInstalled)('SDKs of test/sdks are patched (not installed: npm run sdks)', () => undefined)

describe.each(SDKS.filter(isThere).map((sdk) => [sdk.package, sdk] as const))('%s', (_package, sdk) => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await swallow(sdk)
  })

  test.each(Object.keys(FORMS))('is patched by %s, under whatever name', async (form) => {
    const recorder = recordSpans()
    const log = autolog({ exporter: recorder, modules: { [sdk.id]: FORMS[form]?.(bundle) } })
    try {
      const handedIn = log.report.filter(
        ({ integration, detail }) => integration === sdk.id && detail === 'passed in modules',
      )
      expect(handedIn.map(({ status }) => status)).toContain('patched')
      const fetch = (): Promise<Response> => Promise.resolve(Response.json(sdk.answer))
      vi.stubGlobal('fetch', fetch)
      const client = bundle.make() as { fetch?: unknown }
      if ('fetch' in client) client.fetch = fetch
      await bundle.call(client).catch(() => undefined)
      expect(recorder.spans.map(({ name }) => name)).toEqual([sdk.span])
    } finally {
      log.off()
    }
  })
})

test('the name of a class works as a key', async () => {
  const { e } = await swallow({ ...openai, package: 'openai' })
  const log = autolog({ exporter: 'none', modules: { OpenAI: e } })
  expect(log.report.some(({ package: name, detail }) => name === 'openai' && detail === 'passed in modules')).toBe(true)
  log.off()
})
