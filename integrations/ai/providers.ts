/** Ids of the AI SDK's providers, such as `openai.responses`, as the GenAI conventions name them. */

/** The longest prefix counts. Source, for the packages `@ai-sdk/*`: https://ai-sdk.dev/providers/ai-sdk-providers */
const PROVIDERS: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws.bedrock',
  bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  google: 'gcp.gemini',
  'google.generative-ai': 'gcp.gemini',
  'google.vertex': 'gcp.vertex_ai',
  googleVertex: 'gcp.vertex_ai',
  'google-vertex': 'gcp.vertex_ai',
  vertex: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  moonshotai: 'moonshot_ai',
  xai: 'x_ai',
}

/** @param id - `provider` of a model. */
export function providerName(id: string | undefined): string {
  if (!id) return '_OTHER'
  for (let at = id; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), 0))) {
    const known = Object.hasOwn(PROVIDERS, at) ? PROVIDERS[at] : undefined
    if (known !== undefined) return known
  }
  return id.split('.', 1)[0] ?? id
}

/** Providers of `ai` 5 whose `inputTokens` do not include cached tokens. From 6 on, all include them. */
export function countsCacheApart(id: string | undefined): boolean {
  return id !== undefined && /anthropic|bedrock/.test(id)
}
