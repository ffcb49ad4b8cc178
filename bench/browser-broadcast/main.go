// Browsers for the benchmark of their broadcasts, by Pion: each plays a film's H.264 and Opus over and
// over to a server that answers offers at /offers/KEY. As chromium does, it sends a picture at once,
// but no more than some 30 packets in a picture's time. Prints "started" once all are connected.
package main

import (
	"bytes"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc"
	"github.com/pion/webrtc/pkg/media/h264reader"
	"github.com/pion/webrtc/pkg/media/oggreader"
)

const (
	pictureTime   = time.Second / 30
	soundTime     = 20 * time.Millisecond
	videoTicks    = 90000 / 30
	audioTicks    = 48000 / 50
	packetBytes   = 1200
	packetsAtOnce = 30
)

var (
	videoCodec = webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	}
	audioCodec = webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1",
	}
)

var startCode = []byte{0, 0, 0, 1}

// pictures reads a film's access units: each begins with a delimiter.
func pictures(file string) [][]byte {
	source, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	reader, err := h264reader.NewReader(source)
	if err != nil {
		log.Fatal(err)
	}
	var all [][]byte
	for {
		unit, err := reader.NextNAL()
		if err == io.EOF {
			return all
		}
		if err != nil {
			log.Fatal(err)
		}
		if unit.UnitType == h264reader.NalUnitTypeAUD {
			all = append(all, nil)
			continue
		}
		last := len(all) - 1
		all[last] = append(append(all[last], startCode...), unit.Data...)
	}
}

// sounds reads a film's Opus packets, of 20 ms and in one page each.
func sounds(file string) [][]byte {
	source, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	reader, _, err := oggreader.NewWith(source)
	if err != nil {
		log.Fatal(err)
	}
	var all [][]byte
	for {
		page, _, err := reader.ParseNextPage()
		if err == io.EOF {
			return all
		}
		if err != nil {
			log.Fatal(err)
		}
		if !bytes.HasPrefix(page, []byte("OpusTags")) {
			all = append(all, page)
		}
	}
}

func register(media *webrtc.MediaEngine, kind webrtc.RTPCodecType, payloadType webrtc.PayloadType, codec webrtc.RTPCodecCapability) {
	if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: codec, PayloadType: payloadType}, kind); err != nil {
		log.Fatal(err)
	}
}

func newAPI() *webrtc.API {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	media := &webrtc.MediaEngine{}
	register(media, webrtc.RTPCodecTypeVideo, 102, videoCodec)
	register(media, webrtc.RTPCodecTypeAudio, 111, audioCodec)
	interceptors := &interceptor.Registry{}
	// Sender reports, and packets that are asked for again.
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		log.Fatal(err)
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(interceptors))
}

func addTrack(peer *webrtc.PeerConnection, codec webrtc.RTPCodecCapability) *webrtc.TrackLocalStaticRTP {
	track, err := webrtc.NewTrackLocalStaticRTP(codec, codec.MimeType[:5], "s")
	if err != nil {
		log.Fatal(err)
	}
	transceiver, err := peer.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			if _, _, err := transceiver.Sender().ReadRTCP(); err != nil {
				return
			}
		}
	}()
	return track
}

func connect(peer *webrtc.PeerConnection, url string) {
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		log.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		log.Fatal(err)
	}
	<-gathered
	connected := make(chan struct{})
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			close(connected)
		}
	})
	response, err := http.Post(url, "application/sdp", strings.NewReader(peer.LocalDescription().SDP))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 201 {
		log.Fatalf("%s answered %d: %s", url, response.StatusCode, answer)
	}
	if err := peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		log.Fatal(err)
	}
	<-connected
}

func play(track *webrtc.TrackLocalStaticRTP, payloader rtp.Payloader, units [][]byte, every time.Duration, ticks uint32) {
	packetizer := rtp.NewPacketizer(packetBytes, 0, 0, payloader, rtp.NewRandomSequencer(), 90000)
	var waiting []*rtp.Packet
	ticker := time.NewTicker(every)
	for at := 0; ; at++ {
		<-ticker.C
		waiting = append(waiting, packetizer.Packetize(units[at%len(units)], ticks)...)
		count := len(waiting)
		if count > packetsAtOnce {
			count = packetsAtOnce
		}
		for _, packet := range waiting[:count] {
			if err := track.WriteRTP(packet); err != nil {
				log.Fatal(err)
			}
		}
		waiting = waiting[count:]
	}
}

func main() {
	server := flag.String("server", "", "URL of the server")
	keys := flag.String("keys", "", "stream keys, separated by commas")
	video := flag.String("video", "", "H.264 with delimiters")
	audio := flag.String("audio", "", "Opus in Ogg")
	stagger := flag.Duration("stagger", 0, "time between two that begin")
	flag.Parse()
	api, seen, heard := newAPI(), pictures(*video), sounds(*audio)
	for _, key := range strings.Split(*keys, ",") {
		peer, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			log.Fatal(err)
		}
		picture, sound := addTrack(peer, videoCodec), addTrack(peer, audioCodec)
		connect(peer, *server+"/offers/"+key)
		time.Sleep(*stagger)
		go play(picture, &codecs.H264Payloader{}, seen, pictureTime, videoTicks)
		go play(sound, &codecs.OpusPayloader{}, heard, soundTime, audioTicks)
	}
	os.Stdout.WriteString("started\n")
	select {}
}
