import { testIntegration } from './matrix.js'
import spec from './google-genai.case.js'

testIntegration(spec, 'google-genai.case.ts')
