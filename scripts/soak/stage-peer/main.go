// One participant of a stage, by Pion, for scripts/soak-stages.ts: publishes a film by WHIP, or
// takes what another one publishes by WHEP, for a while; then it leaves. Prints one JSON line of
// what it sent or got. How it is disturbed (killed, stopped) is its parent's choice, but for
// packets that get lost on their way.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc"
	"github.com/pion/webrtc/pkg/media"
	"github.com/pion/webrtc/pkg/media/h264reader"
	"github.com/pion/webrtc/pkg/media/oggreader"
)

const (
	pictureTime = time.Second / 30
	soundTime   = 20 * time.Millisecond
)

// lossy drops a share of the packets, those that are sent again too.
type lossy struct {
	interceptor.NoOp
	share float64
}

func (l *lossy) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossy) BindLocalStream(_ *interceptor.StreamInfo, next interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(header *rtp.Header, payload []byte, attributes interceptor.Attributes) (int, error) {
		if rand.Float64() < l.share {
			return len(payload), nil
		}
		return next.Write(header, payload, attributes)
	})
}

func (l *lossy) BindRemoteStream(_ *interceptor.StreamInfo, next interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(buffer []byte, attributes interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			count, read, err := next.Read(buffer, attributes)
			if err != nil || rand.Float64() >= l.share {
				return count, read, err
			}
		}
	})
}

func newPeer(share float64) (*webrtc.PeerConnection, error) {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetSRTPReplayProtectionWindow(1024)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	interceptors.Add(&lossy{share: share})
	if err := webrtc.RegisterDefaultInterceptors(engine, interceptors); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(interceptors))
	return api.NewPeerConnection(webrtc.Configuration{})
}

// agree makes the offer; it gives the address at which the connection is ended.
func agree(peer *webrtc.PeerConnection, address, token string) (string, error) {
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-gathered
	response, err := call(http.MethodPost, address, token, peer.LocalDescription().SDP)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusCreated {
		return "", errors.New(response.Status + ": " + string(answer))
	}
	base, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	location, err := base.Parse(response.Header.Get("location"))
	if err != nil {
		return "", err
	}
	return location.String(), peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)})
}

func call(method, address, token, body string) (*http.Response, error) {
	request, err := http.NewRequest(method, address, bytes.NewBufferString(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("authorization", "Bearer "+token)
	request.Header.Set("content-type", "application/sdp")
	return http.DefaultClient.Do(request)
}

// picturesOf gives a film's access units, each with its parameter sets.
func picturesOf(file string) ([][]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reader, err := h264reader.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var units [][]byte
	var unit []byte
	for {
		nal, err := reader.NextNAL()
		if err == io.EOF {
			return units, nil
		}
		if err != nil {
			return nil, err
		}
		unit = append(append(unit, 0, 0, 0, 1), nal.Data...)
		if nal.UnitType == h264reader.NalUnitTypeCodedSliceNonIdr || nal.UnitType == h264reader.NalUnitTypeCodedSliceIdr {
			units, unit = append(units, unit), nil
		}
	}
}

func soundOf(file string) ([][]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reader, _, err := oggreader.NewWith(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var pages [][]byte
	for {
		page, _, err := reader.ParseNextPage()
		if err == io.EOF {
			// The first page holds tags.
			return pages[1:], nil
		}
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
}

// play sends the samples again and again, in time; what a stopped process missed is left out.
func play(track *webrtc.TrackLocalStaticSample, samples [][]byte, each time.Duration, sent *int64) {
	ticker := time.NewTicker(each)
	for at := 0; ; at++ {
		<-ticker.C
		if err := track.WriteSample(media.Sample{Data: samples[at%len(samples)], Duration: each}); err != nil {
			return
		}
		atomic.AddInt64(sent, 1)
	}
}

func addTrack(peer *webrtc.PeerConnection, mimeType, id string) (*webrtc.TrackLocalStaticSample, error) {
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mimeType}, id, "film")
	if err != nil {
		return nil, err
	}
	transceiver, err := peer.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			if _, _, err := transceiver.Sender().ReadRTCP(); err != nil {
				return
			}
		}
	}()
	return track, nil
}

func take(peer *webrtc.PeerConnection, got *int64) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		if _, err := peer.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			lost := &rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}
			_ = peer.WriteRTCP([]rtcp.Packet{lost})
		}
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			atomic.AddInt64(got, 1)
		}
	})
	return nil
}

func main() {
	address := flag.String("url", "", "the WHIP or WHEP address")
	token := flag.String("token", "", "the participant's token")
	film := flag.String("film", "", "H.264 in Annex B to publish; nothing to subscribe")
	sound := flag.String("sound", "", "Opus in Ogg to publish, a packet on each page")
	seconds := flag.Float64("seconds", 10, "how long it stays")
	loss := flag.Float64("loss", 0, "the share of packets that is lost")
	flag.Parse()
	rand.Seed(time.Now().UnixNano())

	peer, err := newPeer(*loss)
	if err != nil {
		log.Fatal(err)
	}
	var sent, heard, got int64
	connected := make(chan struct{}, 1)
	gone := make(chan string, 1)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			select {
			case connected <- struct{}{}:
			default:
			}
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			select {
			case gone <- state.String():
			default:
			}
		}
	})
	var start func()
	if *film == "" {
		if err := take(peer, &got); err != nil {
			log.Fatal(err)
		}
		start = func() {}
	} else {
		pictures, err := picturesOf(*film)
		if err != nil {
			log.Fatal(err)
		}
		packets, err := soundOf(*sound)
		if err != nil {
			log.Fatal(err)
		}
		video, err := addTrack(peer, webrtc.MimeTypeH264, "video")
		if err != nil {
			log.Fatal(err)
		}
		audio, err := addTrack(peer, webrtc.MimeTypeOpus, "audio")
		if err != nil {
			log.Fatal(err)
		}
		start = func() {
			go play(video, pictures, pictureTime, &sent)
			go play(audio, packets, soundTime, &heard)
		}
	}
	outcome := "left"
	location, err := agree(peer, *address, *token)
	if err != nil {
		outcome = "refused: " + err.Error()
	} else {
		select {
		case <-connected:
			start()
			select {
			case <-time.After(time.Duration(*seconds * float64(time.Second))):
			case outcome = <-gone:
			}
		case <-time.After(10 * time.Second):
			outcome = "never connected"
		}
		response, err := call(http.MethodDelete, location, *token, "")
		if err == nil {
			response.Body.Close()
		}
	}
	_ = peer.Close()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"outcome": outcome, "pictures": atomic.LoadInt64(&sent), "packets": atomic.LoadInt64(&got),
	})
}
