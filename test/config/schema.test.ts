/** `tracestitch/schema.json` says what `createClient` takes as JSON. `UPDATE=1` writes it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { clientOptions } from '../../src/router/option-shapes.js'
import { root } from '../architecture/sources.js'

const file = join(root, 'schema.json')

/** Functions cannot stand in a file: where nothing else is taken, the field is left out, and elsewhere the branch. */
function generate(): string {
  const schema = z.toJSONSchema(clientOptions, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod
      if (def.type === 'custom') jsonSchema['not'] = {}
    },
  })
  const title = 'Options of tracestitch’s createClient'
  return `${JSON.stringify(withoutFunctions({ ...schema, title }), undefined, 2)}\n`
}

const isNever = (value: unknown): boolean => JSON.stringify(value) === '{"not":{}}'

function withoutFunctions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutFunctions).filter((one) => !isNever(one))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .map(([key, value]) => [key, withoutFunctions(value)] as const)
      .filter(([, value]) => !isNever(value)),
  )
}

test('the schema in the package is that of the options', async () => {
  const generated = generate()
  if (process.env['UPDATE'] === '1') await writeFile(file, generated)
  expect(await readFile(file, 'utf8')).toBe(generated)
})

test('it is closed, and knows the fields of a file', () => {
  const schema = JSON.parse(generate()) as {
    $schema: string
    properties: Record<string, object>
    additionalProperties: boolean
  }
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema.additionalProperties).toBe(false)
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(['$schema', 'models', 'providers', 'fallbacks', 'timeout']),
  )
  expect(schema.properties).not.toHaveProperty('fetch')
  expect(JSON.stringify(schema.properties['providers'])).toContain('apiKeyEnv')
})
