/** Packages that no integration serves: said in the report, and on stderr once one is loaded. */
import { expect, test } from 'vitest'
import { engine, manifest, run, sdk, temporaryDirectory, write } from './apps.js'

const main = (imports: string): string => `${imports}
  import { start } from 'engine'
  const said = []
  process.stderr.write = (text) => said.push(String(text))
  const log = start({ unsupported: ['known', 'unloaded', 'below'] })
  await null
  const report = log.report().map(({ integration, package: name, version, format, status, detail }) =>
    [integration, name, version, format, status, detail])
  console.log(JSON.stringify([report, said]))
`

test('packages of the app are reported, loaded or not, and those that only dependencies have are not', () => {
  const directory = temporaryDirectory()
  const app = manifest({ known: '^1', unloaded: '^2', framework: '^1' })
  write(directory, {
    ...engine(),
    'package.json': app,
    'main.mjs': main(`import { Client } from 'known'\nimport 'framework'`),
    ...sdk({ name: 'known' }),
    ...sdk({ name: 'unloaded', version: '2.0.0' }),
    ...sdk({ name: 'below' }),
    ...sdk({ name: 'framework', kind: 'esm', prelude: `import 'below'` }),
    'node_modules/framework/package.json': JSON.stringify({
      name: 'framework',
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      dependencies: { below: '^1' },
    }),
  })
  expect(run(directory, 'main.mjs')).toEqual([
    [
      ['none', 'known', '1.0.0', 'esm', 'unsupported', 'nobody serves it'],
      ['none', 'unloaded', '2.0.0', null, 'unsupported', 'nobody serves it'],
    ],
    ['[tracestitch] known@1.0.0 (esm) is loaded and could not be instrumented: nobody serves it\n'],
  ])
})
