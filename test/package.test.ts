/** The package as its users get it: packed, installed beside its dependencies, imported in both formats. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entry } from '../tsup.config.js'
import { VERSION } from '../src/kernel/version.js'
import { root } from './architecture/sources.js'

const run = promisify(execFile)

interface Packed {
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

// Inside the tree, so that dependencies resolve as they would in an application.
const application = join(root, 'test/.apps/package')
const installed = join(application, 'node_modules/tracestitch')
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  version: string
  scripts: Record<string, string>
  exports: Record<string, Record<string, Record<string, string>>>
  bin: Record<string, string>
}

/** Names and sizes that `npm pack` would put into the archive of `folder`. */
async function packList(folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    shell: process.platform === 'win32',
  })
  const parsed = JSON.parse(stdout) as readonly Packed[] | Record<string, Packed>
  const packed = Object.values(parsed)[0]
  if (!packed) throw new Error('npm pack listed no package')
  return packed
}

/** Runs `source` as a file of the application and gives back what it prints, as JSON. */
async function runInApplication(name: string, source: string): Promise<unknown> {
  const file = join(application, name)
  await writeFile(file, source)
  const { stdout } = await run(process.execPath, [file], {
    cwd: application,
    env: { ...process.env, NODE_OPTIONS: '', OTEL_TRACES_EXPORTER: 'none' },
  })
  return JSON.parse(stdout)
}

const subpaths = Object.keys(manifest.exports).filter((subpath) => !subpath.endsWith('.json'))
const specifiers = subpaths.map((subpath) => `tracestitch${subpath.slice(1)}`)

let packed: Packed

beforeAll(async () => {
  await rm(application, { recursive: true, force: true })
  await mkdir(installed, { recursive: true })
  // A package of its own: inside ours, our name would mean the working tree.
  await writeFile(join(application, 'package.json'), '{ "name": "application", "private": true }')
  for (const name of ['package.json', 'README.md', 'LICENSE', 'prices.json', 'docs', 'src']) {
    if (existsSync(join(root, name))) await cp(join(root, name), join(installed, name), { recursive: true })
  }
  const bundler = join(root, 'node_modules/tsup/dist/cli-default.js')
  await run(process.execPath, [bundler, '--out-dir', join(installed, 'dist'), '--silent'], { cwd: root })
  packed = await packList(installed)
}, 600_000)

afterAll(() => rm(application, { recursive: true, force: true }))

describe('the archive', () => {
  test('holds what is built, and the documents', () => {
    const others = packed.files.map(({ path }) => path).filter((path) => !/^(dist|docs)\//.test(path))
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json', 'prices.json'])
  })

  test('of the source tree holds no source, test, fixture or example', async () => {
    const { files } = await packList(root)
    const foreign = files
      .map(({ path }) => path)
      .filter((path) => !/^(dist\/|docs\/[\w/-]+\.md$|[A-Z]+(\.md)?$|(package|prices|schema)\.json$)/.test(path))
    expect(foreign).toEqual([])
  })

  test('is small', () => {
    expect(packed.size).toBeLessThan(690_000)
    expect(packed.unpackedSize).toBeLessThan(2_400_000)
  })

  test('holds code and types of every entry, in both formats', () => {
    const paths = new Set(packed.files.map(({ path }) => `./${path}`))
    const targets = subpaths
      .flatMap((subpath) => Object.values(manifest.exports[subpath] ?? {}))
      .flatMap((condition) => Object.values(condition))
    // Bundlers have a module of their own for each but `auto`.
    expect(targets).toHaveLength(5 * (Object.keys(entry).length - Object.keys(manifest.bin).length) - 1)
    expect(targets.filter((target) => !paths.has(target))).toEqual([])
  })

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([])
  })

  test('knows its version', () => {
    expect(VERSION).toBe(manifest.version)
  })
})

describe('an application', () => {
  test('gets what was packed', async () => {
    const source = `console.log(JSON.stringify(require.resolve('tracestitch')))`
    expect(await runInApplication('where.cjs', source)).toBe(join(installed, 'dist/index.cjs'))
  })

  test('gets the commands', async () => {
    for (const path of Object.values(manifest.bin)) {
      const file = join(installed, path)
      expect((await readFile(file, 'utf8')).split('\n', 1)[0]).toBe('#!/usr/bin/env node')
      // An archive keeps the mode; a file system without one has nothing to lose.
      if (process.platform !== 'win32') expect((await stat(file)).mode & 0o111).toBe(0o111)
      const { stdout } = await run(process.execPath, [file, '--version'])
      expect(stdout).toBe(`${VERSION}\n`)
    }
  })

  test.each(specifiers)('gets the same names from %s by import and by require', async (specifier) => {
    const print = `console.log(JSON.stringify(Object.keys(entry).filter((name) => !['default', 'module.exports'].includes(name)).sort()))`
    const label = specifier.replace(/\W/g, '-')
    const imported = await runInApplication(`${label}.mjs`, `const entry = await import('${specifier}'); ${print}`)
    const required = await runInApplication(`${label}.cjs`, `const entry = require('${specifier}'); ${print}`)
    expect(required).toEqual(imported)
    if (specifier === 'tracestitch') expect(imported).toContain('VERSION')
  })

  test('gets one copy of the code, in the language that Node speaks', async () => {
    const dist = join(installed, 'dist')
    const files = await readdir(dist)
    const read = (name: string): Promise<string> => readFile(join(dist, name), 'utf8')
    const modules = files.filter((name) => name.endsWith('.js'))
    expect(modules).not.toEqual([])
    for (const name of modules) {
      const left = (await read(name))
        .replaceAll(/export\{[^}]*\}from"\.\/[\w-]+\.cjs";|import"\.\/auto\.cjs";/g, '')
        .trim()
      expect({ name, left }).toEqual({ name, left: '' })
    }
    for (const name of files.filter((file) => file.endsWith('.cjs'))) {
      const old = /_optionalChain|_nullishCoalesce|__esm\b|__awaiter|__publicField/.exec(await read(name))?.[0]
      expect({ name, old }).toEqual({ name, old: undefined })
    }
    expect(await read('client.cjs')).toMatch(/\?\?=|\?\./)
  })

  test('may load any part before all others', async () => {
    const parts = (await readdir(join(installed, 'dist'))).filter((name) => name.endsWith('.cjs') && name !== 'cli.cjs')
    const source = `
      const failed = []
      for (const part of ${JSON.stringify(parts)}) {
        for (const path of Object.keys(require.cache)) if (path.includes('tracestitch')) delete require.cache[path]
        try {
          const file = require.resolve('tracestitch').replace('index.cjs', part)
          const exported = Object.entries(require(file))
          for (const [name, value] of exported) if (value === undefined) failed.push(part + ' ' + name)
        } catch (error) {
          failed.push(part + ' ' + error.stack)
        }
      }
      console.log(JSON.stringify(failed))`
    expect(await runInApplication('parts.cjs', source)).toEqual([])
  })

  test.each(specifiers.filter((specifier) => specifier !== 'tracestitch/auto'))(
    'gets the same values of %s by import, by require and by the modules for bundlers',
    async (specifier) => {
      const part = specifier === 'tracestitch' ? 'index' : specifier.replace('tracestitch/', '')
      const source = `
        import { createRequire } from 'node:module'
        const required = createRequire(import.meta.url)('${specifier}')
        const imported = await import('${specifier}')
        const bundled = await import(new URL('${part}.parts.js', import.meta.resolve('${specifier}')).href)
        const other = Object.keys(required).filter((name) => required[name] !== imported[name] || required[name] !== bundled[name])
        console.log(JSON.stringify({ other, more: Object.keys(bundled).length - Object.keys(required).length }))`
      expect(await runInApplication(`same-${part}.mjs`, source)).toEqual({ other: [], more: 0 })
    },
  )

  test('is one, whether it is imported or required', async () => {
    const source = `
      import { createRequire } from 'node:module'
      import { autolog, ConfigError, createClient } from 'tracestitch'
      const required = createRequire(import.meta.url)('tracestitch')
      let error
      try { required.createClient({ models: { a: 'a' } }) } catch (thrown) { error = thrown }
      const log = autolog({ exporter: 'none' })
      console.log(JSON.stringify([error instanceof ConfigError, required.autolog() === log]))
      log.off()`
    expect(await runInApplication('one-copy.mjs', source)).toEqual([true, true])
  })

  test.each(['mjs', 'cjs'])('calls one provider with a client of that one, from a file .%s', async (extension) => {
    const load = (names: string, from: string): string =>
      extension === 'mjs' ? `import { ${names} } from '${from}'` : `const { ${names} } = require('${from}')`
    const source = `
      ${load('createServer', 'node:http')}
      ${load('createClientWith', 'tracestitch/core')}
      ${load('openaiChat', 'tracestitch/protocols')}
      ${load('groq', 'tracestitch/providers')}
      const message = { role: 'assistant', content: 'Hello back' }
      const server = createServer((request, response) => {
        const choices = [{ index: 0, message, finish_reason: 'stop' }]
        response.end(JSON.stringify({ id: request.url, object: 'chat.completion', created: 1, model: 'm', choices }))
      })
      server.listen(0, '127.0.0.1', async () => {
        const baseURL = 'http://127.0.0.1:' + server.address().port
        const ai = createClientWith({ protocols: [openaiChat], providers: [groq] })({ providers: { groq: { baseURL, apiKey: 'k' } } })
        const { id, choices, _meta } = await ai.chat.completions.create({ model: 'groq/m', messages: [{ role: 'user', content: 'Hello' }] })
        console.log(JSON.stringify([id, choices[0].message.content, _meta.provider]))
        server.close()
        server.closeAllConnections()
      })`
    const said = await runInApplication(`one.${extension}`, source)
    expect(said).toEqual(['/chat/completions', 'Hello back', 'groq'])
  })

  // Both formats report the same facts: every socket, every lookup, and the packages loaded as CommonJS.
  const watch = `
    const facts = { network: [], packages: [] }
    for (const [holder, method] of [[net.Socket.prototype, 'connect'], [dns, 'lookup']]) {
      const original = holder[method]
      holder[method] = function (...args) { facts.network.push(method); return original.apply(this, args) }
    }
    const report = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      const name = /node_modules[\\\\/]((?:@[^\\\\/]+[\\\\/])?[^\\\\/]+)(?!.*node_modules[\\\\/])/
      facts.packages = [...new Set(Object.keys(cache).map((path) => name.exec(path)?.[1]?.replaceAll('\\\\', '/')))].filter(Boolean)
      console.log(JSON.stringify(facts))
    }`
  const formats: readonly (readonly [string, string, (load: string) => string])[] = [
    [
      'import',
      'quiet.mjs',
      (load) =>
        `import net from 'node:net'; import dns from 'node:dns'; import { createRequire } from 'node:module'
         const cache = createRequire(import.meta.url).cache; ${watch}; ${load}; await report()`,
    ],
    [
      'require',
      'quiet.cjs',
      (load) =>
        `const net = require('node:net'), dns = require('node:dns'), cache = require.cache; ${watch}; ${load}; report()`,
    ],
  ]
  const loading = (format: string, name: string): string =>
    format === 'import' ? `await import('${name}')` : `require('${name}')`
  const isHeavy = (name: string): boolean =>
    /^@opentelemetry\/|^@pydantic\/|^openai$|^ioredis$|^@langchain\//.test(name)

  // `tracestitch/auto` is there to set tracing up.
  const quiet = specifiers
    .filter((specifier) => specifier !== 'tracestitch/auto')
    .flatMap((specifier) => formats.map((format) => [specifier, ...format] as const))

  test.each(quiet)(
    'loads no tracing SDK and touches no network with %s by %s',
    async (specifier, format, file, program) => {
      const load = loading(format, specifier)
      const facts = (await runInApplication(file, program(load))) as { network: string[]; packages: string[] }
      expect(facts.network).toEqual([])
      expect(facts.packages.filter(isHeavy)).toEqual([])
    },
  )

  const parts = `facts.parts = Object.keys(cache).map((path) => path.split(/[\\\\/]/).at(-1))`

  test.each(formats)('loads nothing by %s that is not needed at import', async (format, file, program) => {
    const load = loading(format, 'tracestitch')
    const facts = (await runInApplication(`parts-${file}`, program(`${load}; ${parts}`))) as { parts: string[] }
    // What stands in the way of an import: errors, prices, and the set-up of tracing, of which `flush` is one.
    const rooms = /^(?:index|whole-(?:autolog|client)|errors|kernel|cost|set-up|telemetry)(?:-[\w-]+)?\.cjs$/
    expect(facts.parts.filter((part) => !rooms.test(part) && part !== `parts-${file}`)).toEqual([])
    const bytes = await Promise.all(
      facts.parts
        .filter((part) => rooms.test(part))
        .map(async (part) => (await stat(join(installed, 'dist', part))).size),
    )
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(130_000)
  })

  test.each(formats)('autolog() loads by %s nothing that only a call needs', async (format, file, program) => {
    const start = `${loading(format, 'openai')}; (${loading(format, 'tracestitch')}).autolog({ exporter: { export() {}, shutdown: async () => {} } })`
    const facts = (await runInApplication(`start-${file}`, program(`${start}; ${parts}`))) as { parts: string[] }
    expect(facts.parts).toContain('integrations-stainless.cjs')
    // Readers of answers, hooks of frameworks that the program does not have, and the SDK.
    const late = /^(?:observer|kernel|export|integrations-native-spans)\.cjs$|^(?:codecs|Basic|Async)/
    expect(facts.parts.filter((part) => late.test(part))).toEqual([])
  })

  test.each(formats)('makes a store in Redis without loading ioredis, by %s', async (format, file, program) => {
    const source = program(`(${loading(format, 'tracestitch/redis')}).redisStore('redis://127.0.0.1:9')`)
    const facts = (await runInApplication(`redis-${file}`, source)) as { network: string[]; packages: string[] }
    expect(facts.network).toEqual([])
    expect(facts.packages.filter(isHeavy)).toEqual([])
  })

  test.each([
    ['mjs', 'missing', 'the package ioredis, which is not installed: npm install ioredis'],
    ['cjs', 'missing', 'the package ioredis, which is not installed: npm install ioredis'],
    ['mjs', 'old', 'ioredis 5 or later, and an older one is installed'],
    ['cjs', 'old', 'ioredis 5 or later, and an older one is installed'],
  ])('is told how to get ioredis, by a file .%s: it is %s', async (extension, which, needs) => {
    const load = (names: string, from: string): string =>
      extension === 'mjs' ? `import { ${names} } from '${from}'` : `const { ${names} } = require('${from}')`
    const source = `
      ${load('createClient', 'tracestitch')}
      ${load('redisStore', 'tracestitch/redis')}
      const ai = createClient({
        providers: { mine: { baseURL: 'http://127.0.0.1:9/v1' } },
        models: { m: [{ model: 'mine/m', limits: { rpm: 60 } }] },
        store: redisStore('redis://127.0.0.1:9'),
      })
      const messages = [{ role: 'user', content: 'Hello' }]
      ai.chat.completions.create({ model: 'm', messages }).catch(({ name, message }) => {
        console.log(JSON.stringify([name, message]))
      })`
    // A folder without a package hides the one that this tree has for its tests.
    const hidden = join(application, 'node_modules/ioredis')
    await mkdir(hidden)
    // Before 5 the class was the module itself.
    if (which === 'old') await writeFile(join(hidden, 'index.js'), 'module.exports = class Redis {}')
    try {
      expect(await runInApplication(`no-ioredis.${extension}`, source)).toEqual([
        'ConfigError',
        `store: a store in Redis needs ${needs}`,
      ])
    } finally {
      await rm(hidden, { recursive: true })
    }
  })

  test.each(formats)('would be caught loading one by %s', async (format, file, program) => {
    const call = `net.connect({ host: '127.0.0.1', port: 9 }).on('error', () => {})`
    const name = '@opentelemetry/sdk-trace-base'
    const load = `${call}; ${format === 'import' ? `await import('${name}')` : `require('${name}')`}`
    const facts = (await runInApplication(`caught-${file}`, program(load))) as { network: string[]; packages: string[] }
    expect(facts.network).toContain('connect')
    expect(facts.packages.filter(isHeavy)).toContain(name)
  })

  test('gets types in both formats', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    await symlink(join(root, 'node_modules/@types'), join(application, 'node_modules/@types'), 'junction')
    const lines = specifiers.map(
      (specifier, index) => `import * as entry${index} from '${specifier}'; void entry${index}`,
    )
    const wrong = `import { VERSION } from 'tracestitch'\n// @ts-expect-error a version is a string\nVERSION satisfies number`
    for (const extension of ['mts', 'cts']) {
      await writeFile(join(application, `types.${extension}`), [...lines, wrong].join('\n'))
    }
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
    ]
    const check = run(process.execPath, [compiler, ...options, 'types.mts', 'types.cts'], { cwd: application })
    await expect(check).resolves.toMatchObject({ stdout: '' })
  })

  test('gets types by the old resolution of TypeScript, which knows no exports', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const lines = specifiers.map(
      (specifier, index) => `import * as entry${index} from '${specifier}'; void entry${index}`,
    )
    const wrong = `import { redisStore } from 'tracestitch/redis'\n// @ts-expect-error a store needs an address\nredisStore(1)`
    await writeFile(join(application, 'old.ts'), [...lines, wrong].join('\n'))
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--types',
      'node',
    ]
    const old = ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']
    const check = run(process.execPath, [compiler, ...options, ...old, 'old.ts'], { cwd: application })
    await expect(check).resolves.toMatchObject({ stdout: '' })
  })
})
