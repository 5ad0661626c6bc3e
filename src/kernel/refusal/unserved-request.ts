/** A request that this target cannot serve, though it serves others. It may come with a 403 or 404 too. */
import type { ErrorFact } from './fact.js'

/** OpenRouter: there are endpoints, but none for these tools, images, parameters, or this data policy. */
const NO_ENDPOINT =
  /endpoints?\b[^.]{0,60} (?:matching|that (?:support|can handle|accept|satisfy)|which support|meeting|meets?)|no (?:allowed|eligible) providers? (?:is|are) available|all providers have been ignored|(?:data|privacy) polic(?:y|ies)[^.]{0,40}(?:settings|configure|restrict)|guardrail restrictions/i

const THING =
  '(?:file|document|image|attachment|vector ?store|container|conversation|previous response|response with id|item with id|assistant|thread|batch|cached ?content|corpus|voice|skill|prompt template|media|s3 object)s?'

/** Something that the request names by an id of this provider. Not "model file", which is the model. */
const NO_SUCH_THING = new RegExp(
  [
    String.raw`(?<!model )\b${THING}\b[^.;]{0,90}\b(?:not found|not exist|n't exist|no longer exists|(?:has|have) expired|is expired|not accessible|could not be (?:found|accessed))`,
    String.raw`\b(?:no such|no|could not find|couldn't find|cannot find|unable to find|not found:?)(?: the| any| such)? (?<!model )${THING}\b(?: object| found|:| with|$)`,
    String.raw`(?:permission|access)[^.]{0,30}\b(?:the|to) (?:File|CachedContent|Corpus|Document)\b`,
  ].join('|'),
  'i',
)

/** What the model does not support: tools, images, a parameter, plain or streamed answers. */
const CANNOT = new RegExp(
  [
    // OpenAI, Azure: "Unsupported parameter: 'temperature' is not supported with this model."
    /unsupported (?:parameter|value|field|feature|content|message|input|role|media|image|file|mime)/i,
    /(?:is|are) not (?:currently )?supported (?:with|by|for|in|on|when using) (?:this|the|that) (?:model|endpoint|deployment|provider|api)/i,
    /not supported with this model|cannot both be specified for this model|only the default \(\S+\) value is supported/i,
    // Ollama, Mistral, Fireworks, Together, vLLM, Bedrock.
    /(?:does not|doesn't|do not|don't|cannot|can't) (?:currently )?(?:support|accept)\b/i,
    /(?:cannot|can't|does not|doesn't|unable to) (?:handle|process) (?:\w+ ){0,3}(?:image|audio|video|file|document|pdf|tool|function)/i,
    /(?:supports|takes|accepts) (?:at most|up to|only|no more than) \d+ (?:image|video|audio|file|document|tool)/i,
    /at most \d+ (?:image|video|audio)\(?s?\)? may be provided|is not a (?:multimodal|vision) model|not a vlm|image inference is not supported/i,
    // OpenAI, Mistral, Anthropic, Fireworks, Groq, xAI, Bedrock: an unknown field.
    /unrecognized request argument|unknown parameter|extra (?:inputs|fields) (?:are )?not permitted|extraneous key|argument not supported/i,
    /\b(?:is|are) unsupported\b|response_format type is unavailable|(?:instruction|modality|tool|mode|level|effort)s? (?:is|are) not (?:enabled|supported)/i,
    // Gemini, OpenRouter, Alibaba, llama.cpp: a kind of answer that this model does not have.
    /only works in thinking mode|mandatory for this (?:endpoint|model)|must be set to false for non-streaming|requires --[a-z]/i,
    // Anthropic, Gemini, Moonshot, DeepSeek: signatures of thinking that other providers do not require.
    /invalid [`'"]?signature[`'"]? in|missing (?:a )?[`'"]?(?:thought_signature|reasoning_content)|reasoning_content is missing/i,
    // Anthropic: sizes and counts that another provider may accept.
    /image exceeds [\d.]+ ?[km]b|image dimensions exceed|maximum of \d+ (?:pdf pages|images|documents|files)/i,
    // Parsers of DeepSeek and other servers, for a part that they do not know.
    /unknown variant [`'"]?(?:image_url|input_audio|file|document|video_url|image)/i,
    /--enable-auto-tool-choice|tool choice requires|only supports? (?:the )?stream(?:ing)?\b|stream mode|must be verified to (?:stream|use)/i,
    /不支持.{0,12}(?:图片|图像|工具|函数|参数|多模态|视觉|该功能|流式)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** Checked before content policy, because some of these contain its words. */
export const missingResource: readonly ErrorFact[] = [
  { is: 'unsupported', from: ['bad-request', 'auth', 'not-found'], words: NO_ENDPOINT },
  { is: 'unsupported', from: ['bad-request', 'auth', 'not-found'], words: NO_SUCH_THING },
]

/** llama.cpp and gateways send these with a 500. Other words of the kind with a 500 are about the server. */
const CANNOT_READ =
  /(?:image|audio|video|tool|function)s?(?: input| calling| use)?s? (?:is|are) not supported|does not support (?:image|audio|video|tool|function)/i

export const unservedFeature: readonly ErrorFact[] = [
  { is: 'unsupported', from: ['bad-request', 'not-found'], words: CANNOT },
  { is: 'unsupported', from: ['server'], words: CANNOT_READ },
]
