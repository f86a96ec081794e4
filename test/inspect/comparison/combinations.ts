/**
 * How the tools are called: every option in at least three combinations, which a test counts. In braces stand places of
 * the file at hand, as fractions of its events (input.ts); a word before the options is an environment variable.
 */
export const MYSQL_COMBINATIONS: readonly string[] = lines(`

  -v
  -vv
  --verbose --base64-output=auto
  -vv --base64-output=decode-rows
  --base64-output=DECODE-ROWS
  --base64-output=never
  -v --base64-output=never
  --base64-output=unspec -vv
  --base64-output=auto --print-table-metadata
  --hexdump
  -H -v
  -H -vv --base64-output=decode-rows
  --hexdump --start-position={at 0.4} --stop-position={at 0.8}
  -H --print-table-metadata -vv
  -H -s
  --short-form
  -s -v
  -s -vv --base64-output=decode-rows
  -s --database={database}
  --print-table-metadata
  --print-table-metadata -v
  --print-table-metadata -vv --base64-output=decode-rows
  --start-position={at 0.3}
  -j {at 0.5} -v
  --start-position={at 0.6} --base64-output=decode-rows -vv
  -j{at 0.99}
  --start-position=4 --stop-position={at 0.2}
  --stop-position={at 0.5}
  --stop-position={inside 0.5} -v
  --stop-position={at 0} -v
  --stop-position=99999999999
  --start-datetime={time 0.1}
  --start-datetime={time 1} -v
  --start-datetime={after 1}
  --start-datetime={time 0} --stop-datetime={after 1}
  TZ=Asia/Kolkata --stop-datetime={time 1} -v
  TZ=America/New_York --stop-datetime={after 1} -vv --base64-output=decode-rows
  TZ=Europe/Berlin --start-datetime={time 0.9}
  --stop-datetime={time 0.2}
  --offset=3
  -o 7 -v
  -o{count 0.5} -vv --base64-output=decode-rows
  --offset={count 2}
  --database={database} -v
  -d {database} --base64-output=decode-rows -vv
  --database=nowhere -v
  -d{database} --offset=4 -s
  --include-gtids={gtids 0 0.5}
  --include-gtids={gtids 0.3 0.3} -v
  --include-gtids={gtids 0 1} --exclude-gtids={gtids 0.5 0.5}
  --exclude-gtids={gtids 0 0.4} -vv --base64-output=decode-rows
  --exclude-gtids={gtids 0 1}
  --skip-gtids
  --skip-gtids -v
  --skip-gtids --include-gtids={gtids 0 0.6} -s
  --skip-gtids --exclude-gtids={gtids 0.2 0.3} --idempotent
  --server-id=1
  --server-id=2 -v
  --server-id=1 --base64-output=decode-rows -v
  --server-id-bits=7 --server-id=1
  --server-id-bits=31 -v
  --server-id-bits=16 -H
  --rewrite-db={database}->elsewhere
  --rewrite-db={database}->a -v
  --rewrite-db={database}->a-much-longer-name-than-that -vv --database=a-much-longer-name-than-that
  --rewrite-db=nowhere->here --rewrite-db={database}->b -v --print-table-metadata
  --rewrite-db={database}->b -d {database} -H
  --idempotent
  -i -v
  -i -D --set-charset=utf8mb4 -s
  --disable-log-bin
  -D -v --base64-output=decode-rows
  -D --skip-gtids --set-charset=latin1
  --set-charset=utf8mb4 -v
  --verify-binlog-checksum
  -c -v
  -c --start-position={at 0.5} --stop-position={at 0.9}
  --force-read
  -f -v
  -f -c -vv --base64-output=decode-rows
  --force-if-open -v
  -F -s
  --skip-force-if-open
  --force-if-open=0 -v
  --require-row-format
  --require-row-format -v
  --require-row-format --start-position={at 0.5}
  --local-load=. -v
  -l . -s
  -l. --database={database}
  --result-file=out
  -r out -v
  -rout -vv --base64-output=decode-rows --print-table-metadata
  --binlog-row-event-max-size=256 -v
  --binlog-row-event-max-size=1024
  --binlog-row-event-max-size=512 --idempotent --hexdump
  --open-files-limit=100
  --open-files-limit=64 -s
  --open-files-limit=1000 -vv
`);

export const MARIADB_COMBINATIONS: readonly string[] = lines(`

  -v
  -vv
  -vvv
  --verbose --base64-output=auto
  -vv --base64-output=decode-rows
  --base64-output=decode-rows
  --base64-output=never
  -v --base64-output=never
  -vv --base64-output=unspec
  --hexdump
  -H -v
  -H -vv --base64-output=decode-rows
  -H -s
  --hexdump --start-position={at 0.4} --stop-position={at 0.8}
  --short-form
  -s -v
  -s -vv --base64-output=decode-rows
  -s --database={database}
  -s --print-row-count
  --short-form --print-row-event-positions -v
  --print-table-metadata
  --print-table-metadata -v
  --print-table-metadata -vv --base64-output=decode-rows -H
  --start-position={at 0.3}
  -j {at 0.5} -v
  --start-position={at 0.6} --base64-output=decode-rows -vv
  --start-position=4 --stop-position={at 0.2}
  --stop-position={at 0.5}
  --stop-position={inside 0.5} -v
  --stop-position={at 0}
  --start-position={gtid 0.2}
  --start-position={gtid 0.4} -v --stop-position={gtid 0.8}
  -j {gtid 0.2} --stop-position={gtid 0.5} -vv --base64-output=decode-rows
  --stop-position={gtid 0.5}
  --stop-position={gtid 1} -v
  --start-position=0-1-99999 -v
  --start-position={gtid 0.6} --skip-gtid-strict-mode
  --start-position={gtid 0.2},7-1-1 -v
  --stop-position={gtid 0.3} -vvv
  --start-position={at 0.4} --stop-position={gtid 0.8}
  --skip-gtid-strict-mode
  --skip-gtid-strict-mode -vvv
  --gtid-strict-mode -v
  --gtid-strict-mode --start-position={gtid 0.3}
  --gtid-strict-mode=0 --do-domain-ids=0
  --do-domain-ids=0
  --do-domain-ids=0,1 -v
  --do-domain-ids=5 -v
  --ignore-domain-ids=0
  --ignore-domain-ids=1,2 -v
  --ignore-domain-ids=1 --start-position={gtid 0.3}
  --do-server-ids=1
  --do-server-ids=1,2 -vv --base64-output=decode-rows
  --do-server-ids=2 --do-domain-ids=0
  --ignore-server-ids=1
  --ignore-server-ids=2,3 -v
  --ignore-server-ids=3 --ignore-domain-ids=3
  --server-id=1
  --server-id=2 -v
  --server-id=1 --start-position={gtid 0.4}
  --table=orders -v
  -T orders
  -T numbers -vv --base64-output=decode-rows
  --table=none -v --database={database}
  --print-row-count -v
  --skip-print-row-count
  --print-row-count=0 -v
  --skip-print-row-count -vv --base64-output=decode-rows
  --print-row-event-positions
  --skip-print-row-event-positions -v
  --skip-print-row-event-positions --base64-output=decode-rows
  --skip-annotate-row-events
  --skip-annotate-row-events -v
  --skip-annotate-row-events --base64-output=decode-rows -vv
  --start-datetime={time 0.1}
  --start-datetime={after 1} -v
  --start-datetime={time 0} --stop-datetime={after 1}
  TZ=Asia/Kolkata --stop-datetime={time 1} -v
  TZ=America/New_York --stop-datetime={after 1} -vv --base64-output=decode-rows
  TZ=Europe/Berlin --start-datetime={time 0.9}
  --offset=3
  -o 7 -v
  -o{count 0.5} -vv --base64-output=decode-rows
  --database={database} -v
  -d {database} --base64-output=decode-rows -vv
  --database=nowhere -v
  --rewrite-db={database}->elsewhere
  --rewrite-db={database}->a -v
  --rewrite-db={database}->a-much-longer-name-than-that -vv --database={database}
  --rewrite-db=nowhere->here --rewrite-db={database}->b -H
  --disable-log-bin
  -D -v --base64-output=decode-rows
  -D --set-charset=latin1
  --set-charset=utf8mb4 -v
  --set-charset=utf8mb4 -s
  --verify-binlog-checksum
  -c -v
  -c --start-position={at 0.5} --stop-position={at 0.9}
  --force-read
  -f -v
  -f -c -vv --base64-output=decode-rows
  --force-if-open -v
  -F -s
  --skip-force-if-open
  --local-load=. -v
  -l . -s
  -l. --database={database}
  --result-file=out
  -r out -v
  -rout -vv --base64-output=decode-rows
  --binlog-row-event-max-size=256 -v
  --binlog-row-event-max-size=4096
  --binlog-row-event-max-size=512 --hexdump
  --open-files-limit=100
  --open-files-limit=64 -s
  --open-files-limit=1000 -vv
  --verb --short --start-pos={at 0.2}
`);

/** The first one is empty: the tool without options. */
function lines(text: string): string[] {
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim());
}
