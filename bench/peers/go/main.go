// Reads a MySQL server's log with go-mysql and writes every row to Kafka with franz-go, as the JSON that Rowtide writes.
// Its only argument is the options as JSON. It runs until it is killed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/go-mysql-org/go-mysql/replication"
	"github.com/twmb/franz-go/pkg/kgo"
)

type options struct {
	Host        string
	Port        uint16
	User        string
	File        string
	Brokers     []string
	Topic       string
	Compression string
}

// Events that wait between the connection's goroutine and ours. The default, 10,240, holds some hundred MB of rows and
// is no faster.
const eventsMax = 64

const schema = "bench"

// With the default of 10,000 partitions wait for each other.
const recordsMax = 100_000

func main() {
	var given options
	if err := json.Unmarshal([]byte(os.Args[1]), &given); err != nil {
		log.Fatal(err)
	}
	client, err := kgo.NewClient(producerOptions(given)...)
	if err != nil {
		log.Fatal(err)
	}
	syncer := replication.NewBinlogSyncer(replication.BinlogSyncerConfig{
		ServerID: uint32(1_000_000 + os.Getpid()),
		Host:     given.Host, Port: given.Port, User: given.User,
		EventCacheCount: eventsMax,
		Logger:          slog.New(slog.DiscardHandler),
	})
	streamer, err := syncer.StartSync(mysql.Position{Name: given.File, Pos: 4})
	if err != nil {
		log.Fatal(err)
	}
	if err := copyRows(streamer, client); err != nil {
		log.Fatal(err)
	}
}

// As many bytes a batch as the others, acknowledged by all replicas; idempotent, which franz-go is unless told otherwise.
func producerOptions(given options) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(given.Brokers...),
		kgo.DefaultProduceTopic(given.Topic),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerBatchMaxBytes(900_000),
		kgo.MaxBufferedRecords(recordsMax),
		kgo.ProducerBatchCompression(compressionOf(given.Compression)),
	}
}

func compressionOf(name string) kgo.CompressionCodec {
	switch name {
	case "none":
		return kgo.NoCompression()
	case "gzip":
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		return kgo.Lz4Compression()
	case "zstd":
		return kgo.ZstdCompression()
	}
	panic("unknown compression " + name)
}

func copyRows(streamer *replication.BinlogStreamer, client *kgo.Client) error {
	ctx := context.Background()
	encode := newEncoder()
	acknowledged := func(_ *kgo.Record, err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for {
		event, err := streamer.GetEvent(ctx)
		if err != nil {
			return err
		}
		switch body := event.Event.(type) {
		case *replication.RotateEvent:
			encode.file = string(body.NextLogName)
		case *replication.GTIDEvent:
			if err := encode.begin(event.Header, body); err != nil {
				return err
			}
		case *replication.RowsEvent:
			// Maxwell keeps its own tables in the same server.
			if string(body.Table.Schema) != schema {
				continue
			}
			records, err := encode.rows(body)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", encode.file, event.Header.LogPos, err)
			}
			for i := range records {
				client.Produce(ctx, &records[i], acknowledged)
			}
		}
	}
}
