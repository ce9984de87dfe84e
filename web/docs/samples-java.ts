import { headersOf, type SampleRequest } from './sample-request.ts'

/** A text block of Java 15 and newer. */
function block(text: string): string {
  const lines = text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"""').split('\n')
  return ['"""', ...lines].join('\n            ') + '"""'
}

export function javaSample(request: SampleRequest): string {
  const { method, url, body } = request
  const publisher =
    body === undefined
      ? 'BodyPublishers.noBody()'
      : `BodyPublishers.ofString(${block(JSON.stringify(body, null, 2))})`
  return [
    'import java.net.URI;',
    'import java.net.http.HttpClient;',
    'import java.net.http.HttpRequest;',
    'import java.net.http.HttpRequest.BodyPublishers;',
    'import java.net.http.HttpResponse.BodyHandlers;',
    '',
    'public class Main {',
    '  public static void main(String[] given) throws Exception {',
    `    var request = HttpRequest.newBuilder(URI.create(${JSON.stringify(url)}))`,
    ...headersOf(request).map(
      ([name, value]) => `        .header(${JSON.stringify(name)}, ${JSON.stringify(value)})`,
    ),
    `        .method(${JSON.stringify(method)}, ${publisher})`,
    '        .build();',
    '    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());',
    '    System.out.println(answer.statusCode() + " " + answer.body());',
    '  }',
    '}',
  ].join('\n')
}
