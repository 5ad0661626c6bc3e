import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createResolver, type ResolveKind } from '../../src/autolog/find/resolve.js'
import { nodeFlags } from '../../src/autolog/runtime.js'
import { temporaryDirectory, write } from './apps.js'

const project = fileURLToPath(new URL('../../', import.meta.url))
/** The test runner sets conditions of its own, which the resolver reads like any Node flag. */
const conditions = nodeFlags('--conditions', '-C').flatMap((name) => ['--conditions', name])
const KINDS = ['import', 'require'] as const

/** What Node itself answers for each specifier from `directory`: the file, or null where it refuses or finds none. */
function askNode(directory: string, specifiers: readonly string[]): Record<ResolveKind, (string | null)[]> {
  const program = `import fs from 'node:fs'
    import { createRequire } from 'node:module'
    import { fileURLToPath } from 'node:url'
    const specifiers = JSON.parse(fs.readFileSync(0, 'utf8'))
    const require = createRequire(${JSON.stringify(path.join(directory, 'x.js'))})
    const code = (resolve) => (specifier) => {
      try {
        const file = resolve(specifier)
        return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null
      } catch { return null }
    }
    console.log(JSON.stringify({
      import: specifiers.map(code((specifier) => fileURLToPath(import.meta.resolve(specifier)))),
      require: specifiers.map(code((specifier) => require.resolve(specifier))),
    }))`
  const output = execFileSync(process.execPath, [...conditions, '--input-type=module', '-e', program], {
    cwd: directory,
    input: JSON.stringify(specifiers),
    encoding: 'utf8',
  })
  return JSON.parse(output) as Record<ResolveKind, (string | null)[]>
}

function split(specifier: string): [folder: string, entry: string] {
  const parts = specifier.split('/')
  const folder = parts.splice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  return [folder, ['.', ...parts].join('/')]
}

function askOurs(directory: string, specifier: string, kind: ResolveKind): string | null {
  const resolver = createResolver()
  const [folder, entry] = split(specifier)
  const found = resolver.findPackage(folder, directory)
  return (found && resolver.entry(found, entry, kind)?.file) ?? null
}

/** Files that are neither ES nor CJS modules are none of the engine's business. */
const isProgram = (file: string | null | undefined): boolean => !file || /\.[cm]?js$/.test(file)

function compare(directory: string, specifiers: readonly string[]): void {
  const answers = askNode(directory, specifiers)
  for (const kind of KINDS) {
    const expected = specifiers
      .map((specifier, index) => [specifier, answers[kind][index] ?? null] as const)
      .filter(([, file]) => isProgram(file))
    const actual = expected.map(([specifier]) => [specifier, askOurs(directory, specifier, kind)])
    expect({ kind, actual }).toEqual({ kind, actual: expected })
    expect(actual.filter(([, file]) => file !== null).length).toBeGreaterThan(specifiers.length / 3)
  }
}

function installed(): string[] {
  const modules = path.join(project, 'node_modules')
  return fs.readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return []
    return name.startsWith('@') ? fs.readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name]
  })
}

describe('resolution agrees with Node', () => {
  it('for the main entry of every installed package', () => {
    // A package under the name of a built-in module is never what Node resolves that name to.
    compare(
      project,
      installed().filter((name) => !isBuiltin(name)),
    )
  })

  it('for every subpath that the instrumented packages export', () => {
    const packages = [
      'openai',
      'openai-v4',
      '@anthropic-ai/sdk',
      'anthropic-v0',
      '@langchain/core',
      '@langchain/openai',
      'langchain',
    ]
    const specifiers = packages.flatMap((name) => {
      const file = path.join(project, 'node_modules', name, 'package.json')
      const { exports = {} } = JSON.parse(fs.readFileSync(file, 'utf8')) as { exports?: Record<string, unknown> }
      return Object.keys(exports).map((key) => path.posix.join(name, key.replace('*', 'index')))
    })
    expect(specifiers.length).toBeGreaterThan(100)
    compare(project, [
      ...specifiers,
      'openai/resources/chat/completions',
      'openai/not/there',
      '@anthropic-ai/sdk/lib/internal/x',
    ])
  })

  it('for maps, patterns, conditions and packages without exports', () => {
    const directory = temporaryDirectory()
    const module = (name: string, fields: object, files: readonly string[]): void =>
      write(path.join(directory, 'node_modules', name), {
        'package.json': JSON.stringify({ name, version: '1.0.0', ...fields }),
        ...Object.fromEntries(files.map((file) => [file, ''])),
      })
    module('string', { exports: './a.js' }, ['a.js'])
    module(
      'conditions',
      { exports: { browser: './b.js', node: { import: './n.mjs', require: './n.cjs' }, default: './d.js' } },
      ['b.js', 'n.mjs', 'n.cjs', 'd.js'],
    )
    module('order', { exports: { default: './d.js', import: './i.js' } }, ['d.js', 'i.js'])
    module('list', { exports: { '.': ['bad', { worker: './w.js' }, './ok.js'] } }, ['w.js', 'ok.js'])
    module('refused', { exports: { '.': './a.js', './x/*': './x/*.js', './x/secret/*': null } }, [
      'a.js',
      'x/y.js',
      'x/secret/z.js',
    ])
    module(
      'patterns',
      {
        exports: {
          './*': './lib/*.js',
          './deep/*': './other/*.js',
          './deep/*.mjs': './m/*.mjs',
          './twice/*': './t/*/*.js',
        },
      },
      ['lib/a.js', 'lib/deep/a.js', 'other/a.js', 'other/b/c.js', 'm/a.mjs', 't/q/q.js'],
    )
    module('escape', { exports: { '.': './../string/a.js', './main': './gone.js' } }, [])
    module('main-file', { main: 'lib/start' }, ['lib/start.js'])
    module('main-folder', { main: './lib' }, ['lib/index.js', 'other.js'])
    module('main-gone', { main: './gone.js' }, ['index.js'])
    module('bare', {}, ['index.js', 'sub.js', 'folder/index.js'])
    module(
      '@scope/name',
      { exports: { './a': './a.js', '.': { types: './a.d.ts', 'module-sync': './m.js', default: './a.js' } } },
      ['a.js', 'm.js'],
    )
    module('nothing', { exports: { worker: './a.js' } }, ['a.js'])
    compare(directory, [
      'string',
      'conditions',
      'order',
      'list',
      'refused',
      'patterns',
      'escape',
      'main-file',
      'main-folder',
      'main-gone',
      'bare',
      'nothing',
      'refused/x/y',
      'refused/x/secret/z',
      'refused/a.js',
      'patterns/a',
      'patterns/deep/a',
      'patterns/deep/b/c',
      'patterns/deep/a.mjs',
      'patterns/twice/q',
      'patterns/none',
      'escape/main',
      'bare/sub',
      'bare/sub.js',
      'bare/folder',
      'main-folder/other.js',
      '@scope/name',
      '@scope/name/a',
      '@scope/name/b',
      'absent',
      'string/sub',
    ])
  })
})

describe('the package a file belongs to', () => {
  const resolver = createResolver()
  const facts = (folder: string): unknown => {
    const found = resolver.findPackage(folder, project)
    return (
      found && [
        found.name,
        found.version?.split('.')[0],
        ...KINDS.map((kind) => resolver.entry(found, '.', kind)?.format),
      ]
    )
  }

  it('has the name that its package.json says, whatever the folder', () => {
    expect(facts('openai')).toEqual(['openai', '7', 'esm', 'cjs'])
    expect(facts('openai-v4')).toEqual(['openai', '4', 'esm', 'cjs'])
    expect(facts('anthropic-v0')).toEqual(['@anthropic-ai/sdk', '0', 'esm', 'cjs'])
    expect(facts('@langchain/core')).toEqual(['@langchain/core', '1', 'esm', 'cjs'])
    expect(facts('not-installed')).toBeUndefined()
  })

  it('decides the format of a .js file by the nearest package.json', () => {
    const directory = temporaryDirectory()
    write(path.join(directory, 'node_modules/mixed'), {
      'package.json': JSON.stringify({
        name: 'mixed',
        exports: { import: './esm/index.js', require: './cjs/index.js' },
      }),
      'esm/package.json': '{"type":"module"}',
      'esm/index.js': '',
      'cjs/index.js': '',
    })
    const found = resolver.findPackage('mixed', directory)
    expect(found && KINDS.map((kind) => resolver.entry(found, '.', kind)?.format)).toEqual(['esm', 'either'])
  })
})
