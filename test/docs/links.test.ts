/** Links between pages and to headings lead somewhere, and every page is found from the index. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { entry } from '../../tsup.config.js'
import { pages, textOf } from './pages.js'

const OTHERS = ['AGENTS.md', 'CHANGELOG.md']
const LONGEST = 250

/** Code holds brackets that are no links. */
const prose = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, 'code')

const linksOf = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to)

/** A heading's id, as GitHub makes it; the second of the same name gets `-1`. */
function idsOf(text: string): Set<string> {
  const ids = new Map<string, number>()
  const headings = text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#{1,6} (.*)$/gm)
  for (const [, heading = ''] of headings) {
    const id = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    ids.set(id, (ids.get(id) ?? -1) + 1)
  }
  return new Set(
    [...ids].flatMap(([id, last]) => [id, ...Array.from({ length: last }, (_, index) => `${id}-${index + 1}`)]),
  )
}

/** What is wrong with the links of a text that stands at `page`. */
function brokenLinks(page: string, text: string): string[] {
  return linksOf(text)
    .filter((to) => !/^[a-z]+:/.test(to))
    .flatMap((to) => {
      const [path = '', id] = to.split('#')
      const target = path === '' ? page : posix.join(dirname(page), path)
      if (!existsSync(join(root, target))) return [`${page}: there is no ${to}`]
      if (id === undefined) return []
      return idsOf(target === page ? text : textOf(target)).has(id) ? [] : [`${page}: there is no heading ${to}`]
    })
}

describe('links', () => {
  test.each([...pages, ...OTHERS])('of %s lead to files and headings that are there', (page) => {
    expect(brokenLinks(page, textOf(page))).toEqual([])
  })

  test('a wrong file and a wrong heading would be found', () => {
    const text = '# One\n[a](no-such.md) [b](#one) [c](#two) [d](docs/README.md#no-such) [e](https://example.com)\n'
    expect(brokenLinks('README.md', text)).toEqual([
      'README.md: there is no no-such.md',
      'README.md: there is no heading #two',
      'README.md: there is no heading docs/README.md#no-such',
    ])
  })

  test('ids are those of GitHub', () => {
    const text = '# `a/b` and C\n## It is: 1,000 %\n## It is\n## It is\n```sh\n# no heading\n```\n'
    expect([...idsOf(text)]).toEqual(['ab-and-c', 'it-is-1000-', 'it-is', 'it-is-1'])
  })
})

test('every page is in the index', () => {
  const listed = new Set(linksOf(textOf('docs/README.md')).map((to) => posix.join('docs', to)))
  expect(pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !listed.has(page))).toEqual([])
})

test.each(pages)('%s begins with its title and is no book', (page) => {
  const text = textOf(page)
  expect(text).toMatch(/^# \S/)
  expect(text.split('\n').length).toBeLessThanOrEqual(LONGEST)
})

test('the pages are in the package', () => {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }
  expect(files).toContain('docs')
})

test('the reference has every entry of the package', () => {
  const { entryPoints } = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8')) as { entryPoints: string[] }
  const programs = ['src/cli.ts']
  expect([...entryPoints, ...programs].sort()).toEqual(Object.values(entry).sort())
})
