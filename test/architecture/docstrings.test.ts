import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entry } from '../../tsup.config.js'
import { undocumented } from './docstrings.js'
import { root } from './sources.js'

const config = join(root, 'tsconfig.json')

test('every exported name, and every member of what is exported, has a docstring', () => {
  const entries = Object.values(entry).filter((file) => file !== 'src/cli.ts')
  const ours = (file: string): boolean => /^\/(src|integrations)\//.test(file.slice(root.replace(/\/$/, '').length))
  expect(
    undocumented(
      entries.map((file) => join(root, file)),
      config,
      ours,
    ),
  ).toEqual([])
})

test('what says nothing about itself is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docstrings-'))
  const file = join(folder, 'index.ts')
  writeFileSync(
    file,
    `export const silent = 1
     /** Says. */ export interface Notice { a: string
       /** Says. */ b: string }
     /** Says. */ export class Kept { private a = 1; protected b = 1; #c = 1; d = 1; constructor() { void [this.a, this.#c] } }
     export type { Notice as Again }
     interface Inner { a: string }
     /** Says. */ export const inner: Inner = { a: '' }`,
  )
  expect(undocumented([file], config, () => true).map((line) => line.split(' ')[0])).toEqual([
    'silent',
    'Notice.a',
    'Kept.d',
  ])
})
