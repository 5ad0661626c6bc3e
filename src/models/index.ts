/** Looks up the traits of a model. A new family of models is a line of the maker's file. */
import * as anthropic from './anthropic.js'
import * as bedrock from './bedrock.js'
import * as google from './google.js'
import * as open from './open.js'
import * as openai from './openai.js'
import type { Family, ModelTraits, PartialTraits, TraitLine } from './traits.js'
import * as xai from './xai.js'

export type * from './traits.js'

const MAKERS = [anthropic, openai, xai, google, bedrock, open]
const MAX_KNOWN = 2000
/** No model has a longer name; results for longer ones are not cached. */
const MAX_NAME = 300

const known = new Map<string, ModelTraits>()

/**
 * @param model - As any provider writes it: with the maker before it (`openai/gpt-5`, `us.anthropic.claude-…-v1:0`), a
 * date or a version behind it (`claude-…@20250929`), in an ARN, as a fine-tune (`ft:gpt-…:org`) or the name of a
 * deployment that holds it.
 * @returns What is known of it; empty for a name without a known model.
 */
export function traitsOf(model: string): ModelTraits {
  const found = known.get(model)
  if (found) return found
  const traits = computeTraits(plainName(model))
  if (model.length > MAX_NAME) return traits
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(model, traits)
  return traits
}

/** `ft:<model>:<organisation>:…`: the part after the model is the caller's own. */
const FINE_TUNE = /^(?:.*\/)?ft:([^:]+)/

function plainName(model: string): string {
  const name = model
    .slice(0, MAX_NAME)
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-')
  return FINE_TUNE.exec(name)?.[1] ?? name
}

function computeTraits(name: string): ModelTraits {
  for (const { families, traitLines } of MAKERS) {
    for (const family of families) {
      const version = versionIn(name, family)
      if (version !== undefined) return layLines(name, family, version, traitLines)
    }
  }
  return {}
}

interface Version {
  readonly number: number
  readonly isSaid: boolean
}

/** `undefined` for a model of another family. A name without a number (`claude-opus-latest`) means the newest model. */
function versionIn(name: string, family: Family): Version | undefined {
  const match = family.name.exec(name)
  if (!match || family.not?.test(name)) return undefined
  const { major, minor, short } = match.groups ?? {}
  if (major === undefined) return { number: Infinity, isSaid: false }
  return { number: Number(major) * 100 + Number(minor ?? short ?? 0), isSaid: true }
}

function layLines(name: string, { id }: Family, version: Version, lines: readonly TraitLine[]): ModelTraits {
  let traits: PartialTraits = { family: id }
  for (const line of lines) {
    if (line.of !== id || version.number < (line.from ?? 0)) continue
    if (line.below !== undefined && version.number >= line.below) continue
    if ((line.only && !line.only.test(name)) || line.not?.test(name)) continue
    if (line.numbered && !version.isSaid) continue
    traits = mergeTraits(traits, line.has)
  }
  return Object.freeze(traits as ModelTraits)
}

function mergeTraits(traits: PartialTraits, has: PartialTraits): PartialTraits {
  return {
    ...traits,
    ...has,
    ...(has.claude && { claude: { ...traits.claude, ...has.claude } }),
    ...(has.gemini && { gemini: { ...traits.gemini, ...has.gemini } }),
    ...(has.converse && { converse: { ...traits.converse, ...has.converse } }),
    ...(has.embeddings && { embeddings: { ...traits.embeddings, ...has.embeddings } }),
  }
}
