/** What the report says of a module that was instrumented. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ModuleTarget, Patcher } from '../../src/autolog/contract.js'
import { Instrumenter } from '../../src/autolog/patch/instrument.js'
import type { Notice } from '../../src/autolog/calls/reader.js'
import type { Finding } from '../../src/autolog/report.js'

let lines: string[]
beforeEach(() => {
  lines = []
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
afterEach(() => void vi.restoreAllMocks())

const declared = { protocol: 'openai-chat' as const, provider: 'p', baseURL: () => undefined }

function instrumented(instrument: (module: object, patcher: Patcher) => void, more: Partial<ModuleTarget> = {}) {
  const notices: ((notice: Notice) => void)[] = []
  const instrumenter = new Instrumenter({
    options: undefined,
    call: (_declared, report) => {
      if (report) notices.push(report)
      return (original) => original.bind(undefined)
    },
  })
  const finding: Finding = {
    integration: 'sdk',
    package: 'sdk',
    root: undefined,
    version: '1.0.0',
    tested: '1',
    format: 'cjs',
    status: 'pending',
    details: [],
  }
  const target: ModuleTarget = { package: 'sdk', tested: '1', instrument, ...more }
  const exported = {
    Client: class {
      create(): void {}
    },
    text: 'x',
  }
  instrumenter.instrument({ integration: { id: 'sdk', targets: [target] }, target }, finding, {
    exported,
    format: 'cjs',
  })
  return { finding, notices, instrumenter }
}

const at = (module: object): object => (module as { Client: { prototype: object } }).Client.prototype
const patches = (module: object, patcher: Patcher): void => void patcher.call(at(module), 'create', declared)

test.each<[string, (module: object, patcher: Patcher) => void, Partial<ModuleTarget>, string, readonly string[]]>([
  ['a patch', patches, {}, 'patched', []],
  [
    'a patch and a note',
    (module, patcher) => {
      patches(module, patcher)
      patcher.note('only half of it')
      patcher.call(at(module), 'gone', declared)
    },
    {},
    'patched',
    ['only half of it'],
  ],
  ['nothing that is known', () => undefined, {}, 'unsupported', ['no known class in its exports', 'tests run 1']],
  [
    'a method that is gone, and one that is none',
    (module, patcher) => {
      patcher.call(at(module), 'gone', declared)
      patcher.call(module, 'text', declared)
      patcher.note('and a note')
    },
    {},
    'unsupported',
    ['gone is not there, text is not a function, and a note', 'tests run 1'],
  ],
  ['a version that cannot be traced', () => undefined, { unsupported: 'use 2' }, 'unsupported', ['use 2']],
  [
    'an integration that fails',
    () => {
      throw new Error('fault')
    },
    {},
    'failed',
    ['its integration failed: fault'],
  ],
])('%s', (_name, instrument, more, status, details) => {
  const { finding } = instrumented(instrument, more)
  expect([finding.status, finding.details]).toEqual([status, details])
})

test('a notice is in the report once for each method, and on stderr if the answer cannot be read', () => {
  const { finding, notices } = instrumented(patches)
  const [notice] = notices
  for (const _ of [1, 2]) {
    notice?.('answer')
    notice?.('stream')
    notice?.({ completes: 'OpenInference' })
  }
  expect(finding.details).toEqual([
    'create gave an answer that autolog cannot read',
    'create gave a stream that autolog cannot read',
    'OpenInference traces it as well: autolog completes those spans and makes none of its own',
  ])
  const line = (what: string): string =>
    `[tracestitch] sdk: create gave ${what} that autolog cannot read; its spans say so and have no usage\n`
  expect(lines).toEqual([line('an answer'), line('a stream')])
})

test('what was patched before an integration failed is patched, and undone by off()', () => {
  const holder = { create: () => 1 }
  const { create } = holder
  const { finding, instrumenter } = instrumented((_module, patcher) => {
    patcher.call(holder, 'create', declared)
    throw new TypeError('later')
  })
  expect([finding.status, finding.details]).toEqual(['failed', ['its integration failed: later']])
  expect(holder.create).not.toBe(create)
  instrumenter.off()
  expect(holder.create).toBe(create)
})
