// Peers for the benchmark of forwarding: one publisher and many subscribers, by Pion, against any
// server that answers offers at /publish and /subscribe. Prints one JSON line of what they got; with
// -pictures, of the pictures that a decoder could show, where lost packets are asked for again and
// keyframes come only when they are asked for.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc"
)

const (
	framesPerSecond = 30
	payloadBytes    = 1040
	clockRate       = 90000
)

var (
	packetsPerFrame = 6
	readsPictures   bool
)

// A parameter set of 1280x720, as a keyframe begins with.
var parameterSet = []byte{0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40, 0x50, 0x1e, 0x90, 0x0f, 0x08, 0x84, 0x6a}

func newAPI() *webrtc.API {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	// As browsers have it: packets that are sent again come late.
	settings.SetSRTPReplayProtectionWindow(1024)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	media := &webrtc.MediaEngine{}
	codec := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: clockRate,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		},
		PayloadType: 102,
	}
	if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
		log.Fatal(err)
	}
	interceptors := &interceptor.Registry{}
	if readsPictures {
		if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
			log.Fatal(err)
		}
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(interceptors))
}

func connect(peer *webrtc.PeerConnection, url string) error {
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	response, err := http.Post(url, "application/sdp", bytes.NewBufferString(peer.LocalDescription().SDP))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 201 {
		log.Fatalf("%s answered %d: %s", url, response.StatusCode, answer)
	}
	return peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)})
}

func publish(api *webrtc.API, url string) {
	peer, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		log.Fatal(err)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264}, "v", "s")
	if err != nil {
		log.Fatal(err)
	}
	transceiver, err := peer.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		log.Fatal(err)
	}
	go hear(transceiver.Sender())
	connected := make(chan struct{})
	var once sync.Once
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(connected) })
		}
	})
	if err := connect(peer, url); err != nil {
		log.Fatal(err)
	}
	<-connected
	go send(track)
}

var wantsKeyframe atomic.Bool

// hear reads what is said to the publisher: without that, no packet is sent again.
func hear(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				wantsKeyframe.Store(true)
			}
		}
	}
}

func send(track *webrtc.TrackLocalStaticRTP) {
	var sequence uint16
	ticker := time.NewTicker(time.Second / framesPerSecond)
	for frame := 0; ; frame++ {
		<-ticker.C
		isKeyframe := frame%framesPerSecond == 0
		if readsPictures {
			isKeyframe = wantsKeyframe.Swap(false) || frame == 0
		}
		for part := 0; part < packetsPerFrame; part++ {
			payload := make([]byte, payloadBytes)
			payload[0] = 0x41
			if isKeyframe {
				payload[0] = 0x65
				if part == 0 {
					payload = append([]byte{}, parameterSet...)
				}
			}
			if len(payload) == payloadBytes {
				binary.BigEndian.PutUint64(payload[1:], uint64(time.Now().UnixNano()))
			}
			sequence++
			packet := rtp.Packet{
				Header: rtp.Header{
					Version: 2, SequenceNumber: sequence, Timestamp: uint32(frame * clockRate / framesPerSecond),
					Marker: part == packetsPerFrame-1,
				},
				Payload: payload,
			}
			if err := track.WriteRTP(&packet); err != nil {
				log.Fatal(err)
			}
		}
	}
}

type subscriber struct {
	packets, lost int64
	delays        []float64
	pictures      pictures
}

var measuring atomic.Bool

func subscribe(api *webrtc.API, url string, ready *sync.WaitGroup) *subscriber {
	peer, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		log.Fatal(err)
	}
	got := &subscriber{}
	if _, err := peer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		log.Fatal(err)
	}
	var once sync.Once
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		var last uint16
		var begun bool
		if readsPictures {
			go got.pictures.ask(peer, track)
		}
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			once.Do(ready.Done)
			if readsPictures {
				got.pictures.add(packet, time.Now())
				continue
			}
			if !measuring.Load() {
				begun = false
				continue
			}
			if step := packet.SequenceNumber - last; begun && step > 1 && step < 1000 {
				got.lost += int64(step - 1)
			}
			last, begun = packet.SequenceNumber, true
			got.packets++
			if len(packet.Payload) == payloadBytes && got.packets%16 == 0 {
				sent := int64(binary.BigEndian.Uint64(packet.Payload[1:]))
				got.delays = append(got.delays, float64(time.Now().UnixNano()-sent)/1e6)
			}
		}
	})
	if err := connect(peer, url); err != nil {
		log.Fatal(err)
	}
	return got
}

func main() {
	server := flag.String("server", "", "URL of the server")
	count := flag.Int("subscribers", 100, "subscribers")
	seconds := flag.Int("seconds", 10, "seconds that are measured")
	warm := flag.Int("warm", 0, "seconds that aren't measured")
	flag.IntVar(&packetsPerFrame, "packets", packetsPerFrame, "packets of a picture")
	flag.BoolVar(&readsPictures, "pictures", false, "report the pictures that can be shown")
	flag.Parse()
	api := newAPI()
	publish(api, *server+"/publish")
	var ready sync.WaitGroup
	ready.Add(*count)
	subscribers := make([]*subscriber, *count)
	for index := range subscribers {
		subscribers[index] = subscribe(api, *server+"/subscribe", &ready)
	}
	ready.Wait()
	time.Sleep(time.Duration(*warm) * time.Second)
	// The other side begins to measure when it reads this, and ends with the next line.
	os.Stdout.WriteString("begin\n")
	measuring.Store(true)
	time.Sleep(time.Duration(*seconds) * time.Second)
	measuring.Store(false)
	if readsPictures {
		reportPictures(subscribers)
		return
	}
	var packets, lost int64
	var delays []float64
	for _, got := range subscribers {
		packets += got.packets
		lost += got.lost
		delays = append(delays, got.delays...)
	}
	sort.Float64s(delays)
	at := func(share float64) float64 { return delays[int(float64(len(delays)-1)*share)] }
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"packets": packets, "lost": lost, "delayMs": map[string]float64{"p50": at(0.5), "p99": at(0.99)},
	})
}
