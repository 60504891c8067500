/** What is wrong with a YAML document, for whoever reads manifests. */
import type { Document, YAMLParseError } from 'yaml'

/**
 * The first fault of a document whose keys must be text. A merge may say that it is one (!!merge <<), and is none.
 * @param text what the document was parsed from; the places of its errors count from its beginning
 */
export function firstFault(document: Pick<Document.Parsed, 'errors'>, text: string): YAMLParseError | undefined {
  return document.errors.find(({ code, pos: [at] }) => !(code === 'NON_STRING_KEY' && text.startsWith('!!merge <<', at)))
}

/** What a text that is no YAML may be instead; to be put behind its fault. */
export function templateHint(text: string): string {
  return text.includes('{{') ? '; it looks like a template that was not rendered: give the output of helm template' : ''
}
