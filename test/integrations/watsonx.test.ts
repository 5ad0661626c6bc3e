import { testIntegration } from './matrix.js'
import spec from './watsonx.case.js'

testIntegration(spec, 'watsonx.case.ts')
