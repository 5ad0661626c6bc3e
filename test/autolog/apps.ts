/** Temporary apps with generated SDK packages, run as child processes against the bundled engine. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll } from 'vitest'

/** Another Node for the child processes; what they can do is asked of them, not of this process. */
const NODE = process.env['TRACESTITCH_TEST_NODE'] ?? process.execPath

export type Files = Readonly<Record<string, string>>

const made: string[] = []
afterAll(() => {
  for (const directory of made) fs.rmSync(directory, { recursive: true, force: true })
})

export function temporaryDirectory(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'tracestitch-')))
  made.push(directory)
  return directory
}

export function write(directory: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }
}

let bundles: Files | undefined

/** The engine as an installed package of the name `engine`, in both formats. */
export function engine(): Files {
  bundles ??= Object.fromEntries([
    [
      'node_modules/engine/package.json',
      JSON.stringify({ name: 'engine', exports: { import: './index.mjs', require: './index.cjs' } }),
    ],
    ...(['esm', 'cjs'] as const).map((format) => {
      const { outputFiles } = buildSync({
        entryPoints: [fileURLToPath(new URL('./harness.ts', import.meta.url))],
        bundle: true,
        platform: 'node',
        target: 'node20',
        format,
        write: false,
        logLevel: 'error',
        logOverride: { 'empty-import-meta': 'silent' },
      })
      return [`node_modules/engine/index.${format === 'esm' ? 'mjs' : 'cjs'}`, outputFiles[0]?.text ?? '']
    }),
  ]) as Files
  return bundles
}

export interface SdkOptions {
  readonly name?: string
  readonly version?: string
  readonly at?: string
  /** `dual` has two instances, as the big SDKs have. */
  readonly kind?: 'dual' | 'esm' | 'cjs' | 'untyped'
  /** Code put before the ES module's own. */
  readonly prelude?: string
  readonly method?: string
}

/** A package whose `new Client().send()` returns `<version> <format>`. */
export function sdk({
  name = 'fake-sdk',
  version = '1.0.0',
  at = `node_modules/${name}`,
  kind = 'dual',
  prelude = '',
  method = 'send',
}: SdkOptions = {}): Files {
  const body = (format: string): string => `class Client { ${method}() { return '${version} ${format}' } }`
  const esm = `${prelude}\nexport ${body('esm')}\nexport default Client\n// the last line of the file`
  const cjs = `${body('cjs')}\nmodule.exports = Client\nmodule.exports.Client = Client\n`
  const manifests = {
    dual: { exports: { '.': { import: './index.mjs', require: './index.cjs' } } },
    esm: { type: 'module', exports: './index.js' },
    cjs: { type: 'commonjs', main: 'index.js' },
    untyped: { main: 'lib' },
  }
  const files = {
    dual: { 'index.mjs': esm, 'index.cjs': cjs },
    esm: { 'index.js': esm },
    cjs: { 'index.js': cjs },
    untyped: { 'lib/index.js': cjs },
  }
  return Object.fromEntries(
    Object.entries({ 'package.json': JSON.stringify({ name, version, ...manifests[kind] }), ...files[kind] }).map(
      ([file, text]) => [path.posix.join(at, file), text],
    ),
  )
}

export function manifest(dependencies: Readonly<Record<string, string>>, more: object = {}): string {
  return JSON.stringify({ name: 'app', version: '0.0.0', dependencies, ...more })
}

/** Runs `entry` and returns what it gave to `console.log`, one JSON value a line, or one value alone. */
export function run(directory: string, entry: string, { cwd = directory, flags = [] as string[] } = {}): unknown {
  const output = execFileSync(NODE, [...flags, path.join(directory, entry)], { cwd, encoding: 'utf8', stdio: 'pipe' })
  const values = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  return values.length === 1 ? values[0] : values
}

/** Writes an app with the engine in it and runs its `main.mjs` or `main.cjs`. */
export function runApp(files: Files, options?: Parameters<typeof run>[2]): unknown {
  const directory = temporaryDirectory()
  write(directory, { ...engine(), ...files })
  return run(directory, 'main.mjs' in files ? 'main.mjs' : 'main.cjs', options)
}

const probe = (expression: string): boolean =>
  execFileSync(NODE, ['-p', expression], { encoding: 'utf8' }).trim() === 'true'

/** Whether the Node of the child processes lets us see a later ESM `import()`. */
export const seesLateESM = probe(`typeof require('node:module').registerHooks === 'function'`)
