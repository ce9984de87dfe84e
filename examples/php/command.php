<?php
// The command line of the programs here, and where they find the till.

/** The link goes to stdout; what went wrong goes to stderr, so that no script takes it for a link. @return int the status */
function run_create(array $given): int
{
    [$program, $command, $values] = [$given[0], $given[1] ?? '', array_slice($given, 2)];
    $names = array_map(
        fn (ReflectionParameter $one) => "<{$one->getName()}>",
        (new ReflectionFunction('create'))->getParameters()
    );
    try {
        if ($command !== 'create' || count($values) !== count($names)) {
            throw new RuntimeException("usage: php $program create " . implode(' ', $names) . "\n       php -S 0.0.0.0:8000 $program");
        }
        echo create(...$values), "\n";
        return 0;
    } catch (Throwable $error) {
        fwrite(STDERR, $error->getMessage() . "\n");
        return 1;
    }
}

/** The console shows it with a slash at its end. */
function till_url(): string
{
    return rtrim((string) getenv('QRTILL_URL'), '/');
}

/** @param resource $request */
function ask_till(string $path, $request): array
{
    $answer = @file_get_contents(till_url() . $path, false, $request);
    if ($answer === false) {
        throw new RuntimeException(error_get_last()['message'] ?? 'The till does not answer');
    }
    return (array) json_decode($answer, true);
}
