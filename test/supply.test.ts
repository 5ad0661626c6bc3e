/** What the package brings into a program: each part with its licence, and whether its faults are asked for. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { root } from './architecture/sources.js'

const run = promisify(execFile)

interface Component {
  readonly name: string
  readonly version: string
  readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[]
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown> & {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
const built = readFileSync(join(root, 'build/code.ts'), 'utf8') + readFileSync(join(root, 'tsup.config.ts'), 'utf8')

/** Licences that ask for no more than to be kept with the code. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
])

/** An expression of SPDX without brackets inside brackets: a choice needs one that is allowed, a sum all of them. */
function isAllowed(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(/ OR /i)
  return choices.some((choice) => choice.split(/ AND /i).every((id) => ALLOWED.has(id.trim())))
}

const licencesOf = ({ licenses = [] }: Component): readonly string[] =>
  licenses.map(({ license, expression }) => expression ?? license?.id ?? 'none')

describe('the bill of materials', async () => {
  const { stdout } = await run(process.execPath, ['build/sbom.mjs'], { cwd: root })
  const bom = JSON.parse(stdout) as {
    readonly bomFormat: string
    readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
    readonly components: readonly Component[]
  }
  const names = bom.components.map(({ name }) => name)

  test('is of this package', () => {
    expect(bom.bomFormat).toBe('CycloneDX')
    expect(bom.metadata.component).toMatchObject({ name: 'tracestitch', version: manifest.version })
  })

  test('has every dependency, what those need, and the peer that is not optional', () => {
    const needed = [...Object.keys(manifest.dependencies), '@opentelemetry/api', '@opentelemetry/sdk-trace']
    expect(needed.filter((name) => !names.includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    expect(names).not.toContain('vitest')
  })

  test('has what is built in, with its licence in the archive', () => {
    const licensed = [...built.matchAll(/node_modules\/((?:@[\w-]+\/)?[\w-]+)\/LICENSE/g)].map(([, name]) => name)
    expect(licensed).toEqual(['zod', '@pydantic/genai-prices'])
    expect(names).toEqual(expect.arrayContaining(licensed))
  })

  test('has licences only that a program may have whatever its own is', () => {
    const refused = bom.components.filter((each) => {
      const licences = licencesOf(each)
      return licences.length === 0 || !licences.every(isAllowed)
    })
    expect(refused.map((each) => `${each.name}@${each.version}: ${licencesOf(each).join(', ')}`)).toEqual([])
  })
})

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND BSD-3-Clause', true],
  ['(MIT AND GPL-3.0-only)', false],
  ['GPL-3.0-only', false],
  ['LGPL-2.1-or-later', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['none', false],
])('a licence: %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed)
})

describe('npm audit', () => {
  /** A registry that knows of one fault in `eventsource-parser` and of one in `vitest`, or answers no question at all. */
  async function audit(
    severity: string | undefined,
  ): Promise<{ code: number; said: string; asked: readonly string[] }> {
    const asked: string[] = []
    const advisory = {
      id: 1,
      url: 'https://advisories.example/1',
      title: 'It breaks',
      severity,
      vulnerable_versions: '*',
    }
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (severity === undefined) return response.writeHead(405).end()
        if (request.method === 'GET') {
          const name = decodeURIComponent((request.url ?? '').slice(1))
          return response.end(
            JSON.stringify({ name, 'dist-tags': {}, versions: { '1.0.0': { name, version: '1.0.0' } } }),
          )
        }
        const body = Buffer.concat(chunks)
        const zipped = request.headers['content-encoding'] === 'gzip'
        asked.push(...Object.keys(JSON.parse((zipped ? gunzipSync(body) : body).toString()) as object))
        const known = Object.fromEntries(['eventsource-parser', 'vitest'].map((name) => [name, [advisory]]))
        return response.end(JSON.stringify(known))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    // npm remembers what it was told of a fault.
    const cache = await mkdtemp(join(tmpdir(), 'tracestitch-audit-'))
    try {
      const env = {
        ...process.env,
        npm_config_registry: `http://127.0.0.1:${port}/`,
        npm_config_cache: cache,
        npm_config_fetch_retries: '0',
      }
      const { stdout } = await run(process.execPath, ['build/audit.mjs'], { cwd: root, env })
      return { code: 0, said: stdout, asked }
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string }
      return { code, said: stdout, asked }
    } finally {
      server.close()
      await rm(cache, { recursive: true, force: true })
    }
  }

  test.each(['high', 'critical'])('a fault that is %s in a dependency is refused', async (severity) => {
    const { code, said, asked } = await audit(severity)
    expect(asked).toContain('@opentelemetry/core')
    expect(said).toContain(`audit: ${severity}: eventsource-parser`)
    expect(said).not.toContain('vitest')
    expect(code).toBe(1)
  })

  test('a lesser one is said', async () => {
    const { code, said } = await audit('moderate')
    expect(said).toContain('audit: moderate: eventsource-parser *: It breaks')
    expect(said).toContain('audit: 1 known faults in dependencies, 0 of them high or critical')
    expect(code).toBe(0)
  })

  test('a registry that has no such question is said, and refuses nothing', async () => {
    const { code, said } = await audit(undefined)
    expect(said).toMatch(/^audit: NOT DONE, .*405/)
    expect(code).toBe(0)
  })
})

/** No host of the project is known yet. A release needs one: see build/release.mjs. */
test('package.json has no address that is made up', () => {
  for (const field of ['repository', 'homepage', 'bugs']) expect(manifest).not.toHaveProperty(field)
})

test('npm publish is refused while package.json does not say where the sources are', async () => {
  const released = run(process.execPath, ['build/release.mjs'], { cwd: root })
  await expect(released).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('repository, homepage, bugs'),
  })
})
